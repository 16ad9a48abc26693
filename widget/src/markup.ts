/** The one way for the server's HTML into the page. */

interface Policy {
  createHTML(html: string): string;
  createScriptURL(address: string): string;
}
interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

// The server has sanitised already. This second wall costs 200 bytes and holds if that one ever has a gap.
const TAGS = new Set("A BLOCKQUOTE BR CODE EM LI OL P PRE STRONG UL".split(" "));
const ATTRIBUTES = new Set(["href", "rel"]);

const OWN = new URL(".", import.meta.url).href;
const rules: Policy = {
  createHTML: (html) => html,
  createScriptURL: (address) => (address.startsWith(OWN) ? address : ""),
};
let policy: Policy | undefined;

// A page that demands trusted types lets each name be taken once.
const trusted = (): Policy =>
  (policy ??= (globalThis as { trustedTypes?: Factory }).trustedTypes?.createPolicy("belowline", rules) ?? rules);

/** The address of a script that stands beside this one, as a page that demands trusted types wants it. */
export const script = (address: string): string => trusted().createScriptURL(address);

/** The nodes of a comment's HTML, made inert in a template and stripped of all that a comment never holds. */
export function fragment(html: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = trusted().createHTML(html);
  for (const element of template.content.querySelectorAll("*")) {
    if (!TAGS.has(element.tagName)) {
      element.remove();
      continue;
    }
    for (const { name } of [...element.attributes]) {
      if (!ATTRIBUTES.has(name)) element.removeAttribute(name);
    }
    if (element instanceof HTMLAnchorElement) guard(element);
  }
  return template.content;
}

/** Leaves a link its address only when that is absolute http or https. */
export function guard(link: HTMLAnchorElement): HTMLAnchorElement {
  if (!/^https?:\/\/[^\\]+$/i.test(link.getAttribute("href") ?? "")) link.removeAttribute("href");
  link.rel = "nofollow ugc noopener noreferrer";
  link.target = "_blank";
  return link;
}
