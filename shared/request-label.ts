/** How both halves name a request in the log. */

const shownCharacters = 8;

/** `[1a2b3c4d] `; empty: the request has no id. */
export const requestLabel = (id: string | undefined): string =>
  id === undefined ? '' : `[${id.slice(0, shownCharacters)}] `;
