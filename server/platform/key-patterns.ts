/** What the keys of the services Rumbo knows begin with, for whoever must not repeat one. */

/** The source of a regular expression; a word boundary stands before it, the rest of the key after it. */
export const keyBeginning = '(?:(?:sk|pk|rk|xai)[-_]|gsk_|AIza|AQ\\.)';
