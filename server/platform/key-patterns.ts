/** How the keys of the services Rumbo knows begin, so that no message or log repeats one. */
import { providers } from '../../shared/providers.ts';

const prefixes = Object.values(providers).flatMap(({ keyPrefix }) => keyPrefix ?? []);

/** The source of a regular expression; a word boundary precedes it, the rest of the key follows it. */
export const keyBeginning = `(?:${['(?:sk|pk|rk)[-_]', ...new Set(prefixes)].join('|')})`;
