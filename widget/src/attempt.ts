/** Names one attempt to send a draft. */

/**
 * The Idempotency-Key of one attempt: the same draft with the same content gives the same key, also after a
 * reload, so a retry never doubles; changed content gives another, so a correction is never refused.
 * A 53-bit hash (cyrb53) tells contents apart; it protects nothing, and http pages have no crypto.subtle.
 */
export function attemptKey(nonce: string, content: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < content.length; i++) {
    const unit = content.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return `${nonce}-${(4294967296 * (2097151 & b) + (a >>> 0)).toString(36)}`;
}
