/** Addresses that the loader and the bundle must write alike, so that a request begun by one serves the other. */

export const threadAddress = (base: string, site: string, page: string, sort: string): string =>
  `${base}v1/comments?${new URLSearchParams({ site, page, sort })}`;

export const COMMENT_ID = "comment-";
