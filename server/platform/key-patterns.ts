/** How keys begin and where they stand in a text, so that no message or log repeats one. */
import { providers } from '../../shared/providers.ts';

const prefixes = Object.values(providers).flatMap(({ keyPrefix }) => keyPrefix ?? []);

/** The source of a regular expression; a word boundary precedes it, the rest of the key follows it. */
export const keyBeginning = `(?:${['(?:sk|pk|rk)[-_]', ...new Set(prefixes)].join('|')})`;

/** Keys of services that gateways put behind them, of code hosts and clouds. */
const otherBeginning =
  '(?:gh[oprsu]_|github_pat_|gl(?:pat|rt)-|hf_|nvapi-|r8_|pplx-|csk-|tgp_v\\d_|fw_|xox[abeoprs]-|AKIA|ASIA|eyJ[\\w-]{8,}\\.)';

/** What is around a masked part: `sk-ab…yz`, `sk-ab****yz`, `sk-ab...yz`. */
const mask = '(?:\\.{3,}|[\\u2026*\\u2022\\u00B7#]+)';

/** In a text without any of these no pattern matches: most lines of a log need no further look. */
export const mayHoldKey = new RegExp(
  `${keyBeginning}|gh[oprsu]_|github_pat_|gl(?:pat|rt)-|hf_|nvapi-|r8_|pplx-|csk-|tgp_v|fw_|xox[a-z]-|A[KS]IA|eyJ|bearer|basic|://|[?&;]|(?:key|authorization|secret|token|password|passwd|credential)s?["']?\\s?[:=]|-----BEGIN`,
  'i',
);

/**
 * Each finds keys of unknown services by what precedes them; the whole match is a key, or its group `key`. Linear: every
 * repetition ends where another class begins.
 */
export const keyPatterns: readonly RegExp[] = [
  new RegExp(`\\b${keyBeginning}(?:[\\w-]{8,}|[\\w-]*${mask}[\\w-]*)(?:[-_.~+/=\\w]*\\w)?`, 'gi'),
  new RegExp(`\\b${otherBeginning}[-_.\\w]{8,}`, 'g'),
  /\b(?:bearer|basic)(?:\s|[:=])\s{0,3}["']?(?<key>[\w.~+/=*\u2026-]{16,}|[\w.~+/=*\u2026-]*[\d=*_.-][\w.~+/=*\u2026-]*\w)/dgi,
  // A user name and a password before the host.
  /\b[a-z][a-z\d+.-]{0,20}:\/\/(?<key>[^\s/@?#"'<>]{1,400})@/dgi,
  /[?&;](?:[\w-]{0,30}(?:key|token|secret|password|passwd|signature)|sig|auth|pass|pwd)=(?<key>[^&\s"'<>;]+)/dgi,
  /\b(?:[\w-]{0,30}(?:api[-_ ]?key|authorization|secret|token|password|passwd|credential)s?)["']?\s?[:=]\s{0,3}["']?(?<key>(?=[\w.~+/=-]{0,60}\d)[\w.~+/=-]{8,})/dgi,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
];
