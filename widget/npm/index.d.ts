export interface Place {
  /** The address of your Belowline service. */
  service: string;
  /** The slug of your site there. */
  site: string;
}

export interface Options extends Place {
  /** Address or stable key of the article; default: the canonical URL of the document, else its address. */
  page?: string;
  /** `en`, `tr` or `ur`; default: the `lang` of the document, else English. */
  lang?: string;
  /** Default: `auto`, which follows the text colour of the page. */
  theme?: "auto" | "light" | "dark";
  /** Default: `newest`. */
  sort?: "newest" | "oldest" | "top";
}

/** Puts the thread into `container` when it comes near the screen; resolves to what takes it away. */
export function mount(container: HTMLElement, options: Options): Promise<() => void>;

/** Fills the elements with `data-belowline-count="<page>"` under `root`. */
export function counts(root: ParentNode, options: Place): Promise<void>;

export interface Events {
  "belowline:loaded": CustomEvent<{ count: number }>;
  "belowline:submitted": CustomEvent<{ id: string; status: "approved" | "pending" }>;
  "belowline:error": CustomEvent<{ slug: string }>;
}

declare global {
  interface HTMLElementEventMap extends Events {}
  interface DocumentEventMap extends Events {}
  interface WindowEventMap extends Events {}
}
