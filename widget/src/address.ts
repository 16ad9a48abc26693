/** Addresses that the loader and the bundle must write alike, so that a request begun by one serves the other. */

export const COMMENT_ID = "comment-";

/** The id of the comment that the page's address leads to, or "". */
export const linkedId = (): string => /^#comment-([\w-]+)$/.exec(location.hash)?.[1] ?? "";

export const threadAddress = (base: string, site: string, page: string, sort: string): string => {
  const comment = linkedId();
  return `${base}v1/comments?${new URLSearchParams({ site, page, sort, ...(comment && { comment }) })}`;
};
