/**
 * The facts in the body of an error response, in any vendor's or gateway's shape: JSON under whatever names, lists of
 * faults, JSON within a text within JSON, the stream of one error event, plain text, HTML.
 */

import { visibleText } from '../../shared/hidden-characters.ts';
import { keyBeginning } from '../platform/key-patterns.ts';
import { redactKeys } from '../platform/redact-keys.ts';
import { upstreamMessage } from './gateway-prose.ts';
import { tryParseJson } from './json-object.ts';

/** Every field may be missing. */
export type ErrorFacts = {
  /** Machine-readable words (`type`, `code`, `status`, reasons), in lower case. */
  readonly codes: readonly string[];
  /** A status that the body itself names; an error inside a stream has no other. */
  readonly status?: number;
  /** The service's own message: one line, shortened, without anything that looks like a key. Empty: none, or a web page. */
  readonly message: string;
  /** Every sentence of the body, to be searched and never shown: it may hold part of a key. */
  readonly text: string;
  /** The fields of the request that are at fault, as the service names them: `messages.0.role`. */
  readonly params: readonly string[];
  /** Tokens of the prompt and tokens of the context, where fields of the body name both. */
  readonly tokens?: { readonly requested: number; readonly allowed: number };
  /** Fields of the body about when to ask again, by name in lower case; not validated. */
  readonly waits: readonly (readonly [name: string, value: unknown])[];
  /** Headers of an upstream response that a gateway puts into its body; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** A gateway reports that a service behind it has refused. */
  readonly isBehindGateway: boolean;
};

export function parseErrorText(text: string): ErrorFacts {
  const json = tryParseJson(text) ?? jsonWithin(text);
  if (json !== undefined) return parseErrorValue(json);
  if (text === 'null') return parseErrorValue('');
  // A web page holds nothing useful to a user.
  return parseErrorValue(/^\s*<|<\/(?:html|body|title)>/i.test(text) ? '' : text);
}

export function parseErrorValue(value: unknown): ErrorFacts {
  const found: Found = {
    sentences: [],
    codes: [],
    statuses: [],
    params: [],
    waits: [],
    headers: {},
    counts: {},
    isBehindGateway: false,
  };
  read(value, '', { depth: 0, level: 0 }, found);
  // Whole, before anything is cut: no part of a key is left behind a cut.
  const text = redactKeys(found.sentences.map((each) => each.text).join('\n'));
  const status = found.statuses[0] ?? statusIn(text);
  const { n_prompt_tokens: requested, n_ctx: allowed } = found.counts;
  return {
    codes: [...new Set(found.codes)],
    ...(status === undefined ? {} : { status }),
    message: sanitizeMessage(withoutProvider(bestSentence(found.sentences), value)),
    text: text.slice(0, maxMessageLength),
    params: found.params,
    ...(requested !== undefined && allowed !== undefined ? { tokens: { requested, allowed } } : {}),
    waits: found.waits,
    headers: found.headers,
    isBehindGateway: found.isBehindGateway,
  };
}

/** Portkey writes `openai error: ` before a message, and `openai` into a field of its own. */
function withoutProvider(message: string, body: unknown): string {
  const provider =
    typeof body === 'object' && body !== null && 'provider' in body ? body.provider : undefined;
  const prefix = `${String(provider)} error: `;
  return typeof provider === 'string' && message.startsWith(prefix) ? message.slice(prefix.length) : message;
}

/**
 * Whether the value of an `error` field reports an error. Some services send one with each event of a sound answer:
 * `{}`, `{code: 0, message: ""}`, `{code: 200, message: "OK"}`, `"none"`, `false`.
 */
export function reportsError(value: unknown): boolean {
  if (typeof value === 'string') return !/^(?:none|null|ok|success(?:ful)?|200|0|)$/i.test(value.trim());
  if (typeof value === 'number') return value !== 0 && value !== 200;
  if (typeof value !== 'object' || value === null) return value === true;
  if (Array.isArray(value)) return value.some(reportsError);
  const fields = Object.entries(value);
  const meaningful = fields.filter(([name]) => meaningOf(name) !== undefined);
  return (meaningful.length > 0 ? meaningful : fields).some(([, each]) => reportsError(each));
}

/** A sentence, and how deep it was: `level` counts the texts that held it as JSON. */
type Sentence = {
  readonly text: string;
  readonly depth: number;
  readonly level: number;
  readonly rank: number;
};

type Found = {
  readonly sentences: Sentence[];
  readonly codes: string[];
  readonly statuses: number[];
  readonly params: string[];
  readonly waits: [string, unknown][];
  readonly headers: Record<string, string>;
  readonly counts: { n_prompt_tokens?: number; n_ctx?: number };
  isBehindGateway: boolean;
};

type Place = { readonly depth: number; readonly level: number };

/** Levels of objects that are read, and fields in all: a body may hold the whole request. */
const maxDepth = 8;
const maxFields = 200;

/** What a field of an error means, by its name without `_` and `-`. */
type Meaning = 'message' | 'code' | 'param' | 'wait' | 'headers' | 'container';
const meanings: readonly (readonly [Meaning, RegExp])[] = [
  [
    'wait',
    /^(?:retry(?:after|in|delay)(?:ms|seconds|secs)?|wait(?:ms|seconds|time)?|(?:seconds|ms)?(?:until|to)reset|resets?(?:at|in|after|time)?(?:ms|seconds|secs)?|resetsinseconds|estimatedtime|quotaid)$/,
  ],
  [
    'message',
    /^(?:message|msg|errormessage|errormsg|errmsg|error|errordescription|description|detail|statusmsg|statusmessage|localizedmessage|title|raw|body|reasonphrase|fault(?:string)?)$/,
  ],
  [
    'code',
    /^(?:code|type|status|statuscode|errorcode|errcode|errortype|reason|kind|exception|errorname|name)$/,
  ],
  ['param', /^(?:param|parameter|field|loc|path|property|argument)$/],
  ['headers', /^(?:headers|responseheaders)$/],
  [
    'container',
    /^(?:errors|details|metadata|innererror|cause|response|responsebody|data|baseresp|result|violations|ctx|info|upstream(?:error)?|provider(?:error)?|errordetails?|previouserrors|extra|externalmodelmessage)$/,
  ],
];
const meaningByName = new Map<string, Meaning | undefined>();

function meaningOf(name: string): Meaning | undefined {
  const plain = name.replace(/[-_@.]/g, '').toLowerCase();
  if (meaningByName.has(plain)) return meaningByName.get(plain);
  const meaning = meanings.find(([, pattern]) => pattern.test(plain))?.[0];
  // A service could name fields at will.
  if (meaningByName.size < 1_000) meaningByName.set(plain, meaning);
  return meaning;
}

/** The order of names in which a sentence is chosen; other names come after these. */
const ranks = ['message', 'msg', 'errorMessage', 'error_description', 'status_msg', 'detail', 'error', 'raw'];

function read(value: unknown, name: string, place: Place, found: Found): void {
  if (place.depth > maxDepth || found.sentences.length + found.codes.length > maxFields) return;
  if (typeof value === 'string') readText(redactKeys(value), name, place, found);
  if (typeof value !== 'object' || value === null) return;
  const inner = { ...place, depth: place.depth + 1 };
  if (Array.isArray(value)) {
    for (const each of value.slice(0, 20)) read(each, name, inner, found);
    return;
  }
  readObject(value as Readonly<Record<string, unknown>>, inner, found);
}

function readObject(fields: Readonly<Record<string, unknown>>, place: Place, found: Found): void {
  const where = fields['loc'] ?? fields['param'] ?? fields['path'];
  for (const [name, value] of Object.entries(fields).slice(0, maxFields)) {
    if (name === 'n_prompt_tokens' || name === 'n_ctx') {
      if (typeof value === 'number') found.counts[name] = value;
      continue;
    }
    switch (meaningOf(name)) {
      case 'message':
        read(
          Array.isArray(where) && typeof value === 'string' ? `${fieldName(where)}: ${value}` : value,
          name,
          place,
          found,
        );
        break;
      case 'code':
        readCode(value, name, place, found);
        break;
      case 'param':
        readParam(value, place, found);
        break;
      case 'wait':
        found.waits.push([name.toLowerCase(), value]);
        break;
      case 'headers':
        readHeaders(value, found);
        break;
      case 'container':
        // Portkey's `provider: "openai"` is a name.
        if (typeof value !== 'string' || !/^[\w.:/-]*$/.test(value)) read(value, name, place, found);
        break;
      default:
    }
  }
}

function readText(message: string, name: string, place: Place, found: Found): void {
  if (!message.trim()) return;
  const { text, exceptions, isBehindGateway } = upstreamMessage(message);
  found.isBehindGateway ||= isBehindGateway;
  found.codes.push(...exceptions.map((exception) => exception.toLowerCase()));
  const json = place.level < 4 ? jsonWithin(text) : undefined;
  const before = found.sentences.length;
  if (json !== undefined) {
    read(json, '', { depth: place.depth, level: place.level + 1 }, found);
    // The text around it is a gateway's.
    const around = text.slice(0, Math.max(0, text.search(/[[{]/)));
    if (found.sentences.length > before) {
      found.codes.push(...wordsIn(around));
      const status = statusIn(around);
      // Fields within name it more precisely.
      if (status !== undefined) found.statuses.push(status);
      return;
    }
  }
  // `{"error": "invalid_request"}`
  if (/^[A-Za-z]+(?:_[A-Za-z]+)+$/.test(text)) found.codes.push(text.toLowerCase());
  const rank = ranks.indexOf(name);
  found.sentences.push({ text, ...place, rank: rank < 0 ? ranks.length : rank });
}

/** The exception that a gateway of Python puts before a message: `litellm.RateLimitError: …`. */
const wordsIn = (text: string): readonly string[] =>
  (text.match(/\b[A-Z][A-Za-z]+(?:Error|Exception)\b/g) ?? []).map((word) => word.toLowerCase());

function readCode(value: unknown, name: string, place: Place, found: Found): void {
  if (typeof value === 'object') read(value, name, place, found);
  if (typeof value !== 'string' && typeof value !== 'number') return;
  const number = Number(value);
  if (number >= 400 && number < 600) found.statuses.push(number);
  if (typeof value !== 'string') return;
  // Some services put a sentence here.
  if (/\s/.test(value.trim()) && value.length > 24) readText(value, name, place, found);
  else found.codes.push(value.toLowerCase());
}

function readParam(value: unknown, place: Place, found: Found): void {
  if (Array.isArray(value)) found.params.push(fieldName(value));
  else if (typeof value !== 'string' || !value) return;
  else if (/\s/.test(value.trim())) readText(value, 'param', place, found);
  else found.params.push(value);
}

/** `["body", "messages", 0, "name"]` → `messages.0.name`. */
const fieldName = (place: readonly unknown[]): string =>
  place.filter((each, index) => index > 0 || each !== 'body').join('.');

function readHeaders(value: unknown, found: Found): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, each] of Object.entries(value).slice(0, 100))
    if (typeof each === 'string' || typeof each === 'number')
      found.headers[name.toLowerCase()] = String(each);
}

/**
 * JSON in a text: the text itself, what follows a prefix (`Error code: 400 - {…}`, `data: {…}`), or an object as Python
 * writes it. `undefined`: there is none.
 */
function jsonWithin(text: string): unknown {
  const start = text.search(/[[{]/);
  if (start < 0) return undefined;
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1;
  const body = text.slice(start, end);
  const [firstLine = ''] = text.slice(start).split('\n', 1);
  for (const candidate of [body, firstLine, pythonToJson(body)]) {
    const value = candidate.length > 1 ? tryParseJson(candidate) : undefined;
    // `[1, 8192]` in a sentence is no report.
    if (holdsObject(value)) return value;
  }
  return undefined;
}

const holdsObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (!Array.isArray(value) || value.some(holdsObject));

/** `{'error': {'message': "It's wrong", 'param': None}}` → JSON; not where the texts hold both kinds of quotes. */
const pythonToJson = (text: string): string =>
  text
    .slice(0, maxPythonLength)
    .replace(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g, (_, single?: string, double?: string) =>
      JSON.stringify((single ?? double ?? '').replace(/\\(['"])/g, '$1').replaceAll('\\n', '\n')),
    )
    .replace(/\bNone\b/g, 'null')
    .replace(/\bTrue\b/g, 'true')
    .replace(/\bFalse\b/g, 'false');
const maxPythonLength = 8_000;

/** A sentence that repeats the status at most. */
const emptySentence =
  /^\W*(?:provider returned error|(?:an? )?(?:unknown |internal |upstream |server |api )*(?:server )?error(?: occurred)?|upstream request failed|bad request|unprocessable entity|validation error|invalid (?:request|params?(?:eters?)?)|param(?:eter)?s? (?:incorrect|error)|request failed|forbidden|unauthorized|not found|failed|failure|(?:http )?[45]\d\d)\W*$/i;

/** The innermost sentence that states something; of several in one list, the first three. */
function bestSentence(sentences: readonly Sentence[]): string {
  const telling = sentences.filter(({ text }) => !emptySentence.test(text));
  const ordered = (telling.length > 0 ? telling : sentences).toSorted(
    (one, other) => other.level - one.level || one.depth - other.depth || one.rank - other.rank,
  );
  const [first] = ordered;
  if (!first) return '';
  const alike = ordered.filter(
    ({ level, depth, rank }) => level === first.level && depth === first.depth && rank === first.rank,
  );
  return [...new Set(alike.map(({ text }) => text.trim()))].slice(0, 3).join('; ');
}

/** `Error code: 429`, `status code 402`, `HTTP 503`. */
function statusIn(text: string): number | undefined {
  const [, status] =
    /\b(?:error code|status(?: code)?|HTTP(?:\/\d\.\d)?)\b[\s:=]*([45]\d\d)\b/i.exec(text) ?? [];
  return status === undefined ? undefined : Number(status);
}

/** Characters of a message in which keys are looked for: what follows them is never shown. */
const maxRedactedLength = 64 * 1024;
/** Characters of a message that are read: some services put a whole page, or the prompt, into it. */
const maxMessageLength = 2_000;

/** Some services echo part of a key, so anything that looks like one is removed, whole or masked with asterisks. */
const keyLike = new RegExp(
  `\\b(?:${keyBeginning}|Bearer\\s)[-_.*\\w]{4,}|\\S*\\*{3,}\\S*|\\b(?=\\w*\\d)(?=\\w*[A-Za-z])\\w{32,}`,
  'g',
);

function sanitizeMessage(text: string): string {
  const line = redactKeys(text.slice(0, maxRedactedLength))
    .slice(0, maxMessageLength)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(keyLike, '•••');
  const shown = visibleText(line);
  return shown.length > 240 ? `${shown.slice(0, 239)}…` : shown;
}
