/** Solves a proof of work as altcha (version 2) states it: counters from 0 on until a derived key begins as asked. */

export interface Challenge {
  parameters: {
    algorithm: string;
    nonce: string;
    salt: string;
    cost: number;
    keyLength: number;
    keyPrefix: string;
  };
  signature: string;
}

export interface Solution {
  counter: number;
  derivedKey: string;
}

/** How many derivations are under way at a time: the browser does them on threads of its own. */
const AT_ONCE = 4;

const bytes = (hex: string): number[] => (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
const hex = (buffer: ArrayBuffer): string =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Whether this browser can: pages without encryption have no `crypto.subtle`. */
export const canSolve = (): boolean => !!globalThis.crypto?.subtle;

/** The counter and its key. Raises what aborted `signal`. */
export async function solve({ parameters }: Challenge, signal?: AbortSignal): Promise<Solution> {
  const { nonce, salt, cost, keyLength, keyPrefix } = parameters;
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(bytes(salt)), iterations: cost };
  const derive = async (counter: number): Promise<string> => {
    const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
    new DataView(password.buffer).setUint32(password.length - 4, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    return hex(await crypto.subtle.deriveBits(derivation, key, keyLength * 8));
  };
  for (let from = 0; ; from += AT_ONCE) {
    signal?.throwIfAborted();
    const keys = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => derive(from + index)));
    const found = keys.findIndex((key) => key.startsWith(keyPrefix));
    if (found >= 0) return { counter: from + found, derivedKey: keys[found] as string };
  }
}
