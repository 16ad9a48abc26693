/** Brings the one widget of a gallery's page into the state that the page is for, as a reader would. */

const container = document.getElementById("comments") as HTMLElement;
const { state = "", text = "" } = container.dataset;
const base = new URL(".", location.href).href;

localStorage.clear();
if (state === "rejected") {
  const comment = {
    ...{ id: "own", parent: null, depth: 0, name: "Ayşe Yılmaz", website: null, avatar: "9c23", staff: false },
    ...{ body_html: "<p>Only I can see this.</p>", created_at: new Date().toISOString(), edited_at: null },
    ...{ votes: { up: 0, down: 0 }, replies: [], more_replies: null, tombstone: false, status: "pending" },
  };
  const own = [{ comment, body: "Only I can see this.", token: "none", until: "" }];
  localStorage.setItem(`belowline:${base}demo:${state}:own`, JSON.stringify(own));
}
if (state === "linked") location.hash = `comment-${"5f".padStart(32, "0")}`;
if (state === "loading") {
  const { fetch } = window;
  // The answer never comes.
  window.fetch = (...asked) => (String(asked[0]).includes("/v1/comments?") ? new Promise(() => {}) : fetch(...asked));
}

/** The first of its kind in the widget, as soon as it is there. */
async function found<T extends HTMLElement>(selector: string): Promise<T> {
  for (;;) {
    const root = container.querySelector("belowline-thread")?.shadowRoot;
    const element = root?.querySelector<T>(selector);
    if (element) return element;
    await new Promise((done) => requestAnimationFrame(done));
  }
}

async function press(selector: string): Promise<void> {
  (await found(selector)).click();
}

async function write(fields: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(fields)) {
    const field = await found<HTMLInputElement>(`form [name="${name}"]`);
    field.value = text;
    field.dispatchEvent(new Event("input"));
  }
}

const filled = { name: "Ayşe Yılmaz", email: "ayse@example.org", body: text };

const STATES: Record<string, () => Promise<void>> = {
  errors: async () => {
    await write({ email: "ayse@", website: "example" });
    await press("form .send");
  },
  refused: async () => {
    await write(filled);
    await press("form .send");
  },
  sent: async () => {
    await write(filled);
    await press("form .send");
  },
  work: async () => {
    await write(filled);
    await press("form .send");
  },
  reply: () => press(".reply"),
  preview: async () => {
    await write(filled);
    await found(".preview.ready");
    await press(".preview");
  },
  report: () => press(".down + .plain"),
  edit: async () => {
    await write(filled);
    await press("form .send");
    await press(".pending footer .plain");
  },
  news: async () => {
    await found(".news");
    document.dispatchEvent(new Event("visibilitychange"));
  },
};

document.addEventListener("belowline:loaded", () => void STATES[state]?.(), { once: true });
