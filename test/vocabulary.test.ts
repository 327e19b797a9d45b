/**
 * Searches sources, tests and documents for words that this project does not use. `vocabulary-allowed.json` lists, by
 * file, how often such a word occurs where it is not ours: prompts to classify, recorded answers, old names in the changelog. The
 * list may only shrink: `UPDATE=1` lowers its counts and never raises one.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

type UnwantedWord = {
  readonly pattern: RegExp;
  /** What to write instead. */
  readonly instead: string;
};

const unwantedWords: Readonly<Record<string, UnwantedWord>> = {
  somebody: {
    // “A user who types” names the actor.
    pattern:
      /\b(?:(?<!\b(?:users?|developers) )who|whoever|whomever|somebody|someone|nobody|no one|anybody|anyone|everybody|everyone)\b/gi,
    instead: 'the actor: client, server, provider, engine, model, user, caller, reader',
  },
  said: {
    pattern: /\b(?:said|told)\b/gi,
    instead: 'reported, returned, sent, stated; distinguished; or the name of the value',
  },
  'go on': {
    pattern: /\b(?:go(?:es|ne|ing)?|went) on (?:with|from|in|after|where|by)\b/gi,
    instead: 'continue, take over',
  },
  'keep out': { pattern: /\bkeep(?:s|ing)? (?:it |them )?out\b|\bkept out\b/gi, instead: 'exclude' },
  'put aside': { pattern: /\bput(?:s|ting)? aside\b/gi, instead: 'reserve, set back, remove' },
  room: {
    pattern: /\brooms?\b|Rooms?\b/g,
    instead: 'module, service, …Deps, budget, context, disk space',
  },
  floor: { pattern: /(?<!Math\.)\bfloors?\b/gi, instead: 'layer' },
  house: { pattern: /\bhouses?\b/gi, instead: 'project, company' },
  patience: {
    pattern: /patien(?:ce|t)/gi,
    instead: 'timeoutMs, maxWaitMs, pollIntervalMs, retryBudgetMs, revealAfterMs',
  },
  manner: { pattern: /\bmanners?\b|\bhabits?\b/gi, instead: 'policy, options, mode' },
  purse: { pattern: /\bpurses?\b/gi, instead: 'budgets' },
  shelf: { pattern: /\bshel(?:f|ves)\b/gi, instead: 'model catalog' },
  fleet: { pattern: /\bfleets?\b/gi, instead: 'provider registry' },
  stranger: { pattern: /\bstrangers?\b|\bimpostors?\b/gi, instead: 'unknown server, unknown client' },
  lend: { pattern: /\blen[dt]s?\b|\bon loan\b/gi, instead: 'acquire, release, lease' },
  rest: { pattern: /\bresting\b|\brestOf\b|\brests until\b/g, instead: 'cooldown, coolingDown' },
  seam: { pattern: /\bseams?\b/gi, instead: 'takeover, boundary' },
  lesson: { pattern: /\blessons?\b/gi, instead: 'sample, correction' },
  tongue: { pattern: /\btongues?\b/gi, instead: 'language, wire format' },
  blame: { pattern: /\bblam(?:e|ed|es|ing)\b/gi, instead: 'counts toward the circuit, circuitWeights' },
  gap: { pattern: /\bgaps?\b/gi, instead: 'FIM target, cursor position; missing values; word boundary' },
  flight: { pattern: /(?<!in[ -]|single-)\bflights?\b/gi, instead: 'request in flight' },
  'typed through': { pattern: /\btyped[- ]through\b/gi, instead: 'typing as suggested' },
  'notify all': { pattern: /\bnotify ?all\b/gi, instead: 'emit, a named event' },
  'participle as a name': {
    pattern:
      /\b(?:const|let|function|readonly)\s+(?:asked|beside|did|held|heard|kept|known|least|listed|lent|most|seldom|within)\b/g,
    instead: 'the name of the thing: what was asked, listed, kept: requests, modelNames, remaining',
  },
};

const files = globSync(
  [
    '{client,server,shared,scripts,test,docs,samples}/**/*.{ts,mjs,cjs,md,css,html}',
    '*.{md,mjs,jsonc}',
    'package.json',
  ],
  {
    exclude: [
      'test/fixtures/**',
      'test/out/**',
      'test/vocabulary.test.ts',
      '**/node_modules/**',
      '**/dist/**',
    ],
  },
)
  .map((path) => path.replaceAll('\\', '/'))
  .sort();

/** How often each word occurs, by file. */
type Counts = Record<string, Record<string, number>>;

const allowedFile = new URL('vocabulary-allowed.json', import.meta.url);
const allowed = JSON.parse(readFileSync(allowedFile, 'utf8')) as Counts;
const counts = countWords();

test('sources, tests and documents use the words of the field', () => {
  const unwanted = Object.entries(counts).flatMap(([file, byWord]) =>
    Object.entries(byWord)
      .filter(([word, count]) => count > (allowed[file]?.[word] ?? 0))
      .map(([word, count]) => `${file}: “${word}” × ${count}; instead: ${unwantedWords[word]?.instead}`),
  );
  assert.deepEqual(unwanted, []);
});

test('the list of allowed words is no longer than needed', () => {
  const needed: Counts = {};
  for (const [file, byWord] of Object.entries(allowed)) {
    for (const [word, count] of Object.entries(byWord)) {
      const stillThere = Math.min(count, counts[file]?.[word] ?? 0);
      if (stillThere > 0) needed[file] = { ...needed[file], [word]: stillThere };
    }
  }
  if (process.env['UPDATE']) writeFileSync(allowedFile, `${JSON.stringify(needed, null, 2)}\n`);
  else assert.deepEqual(allowed, needed, 'Run UPDATE=1 npm run test:unit to shorten it.');
});

test('the patterns match the unwanted words only', () => {
  const matches = (word: string, text: string) =>
    text.match(unwantedWords[word]?.pattern ?? /$^/)?.length ?? 0;
  for (const [word, text] of [
    ['somebody', 'Whoever answers there is found out'],
    ['room', 'export type Rooms = {};'],
    ['patience', 'const patienceMs = 5;'],
    ['floor', 'one floor up, not Math.floor(2)'],
    ['go on', 'the model goes on from it'],
    ['flight', 'a flight, not a request in flight'],
    ['participle as a name', 'const kept = readKept();'],
  ] as const)
    assert.equal(matches(word, text), 1, text);
});

function countWords(): Counts {
  const result: Counts = {};
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const [word, { pattern }] of Object.entries(unwantedWords)) {
      const count = text.match(pattern)?.length ?? 0;
      if (count > 0) result[file] = { ...result[file], [word]: count };
    }
  }
  return result;
}
