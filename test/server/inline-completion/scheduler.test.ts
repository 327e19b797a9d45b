import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';
import type { CompletionItem } from '../../../server/inline-completion/completion-item.ts';
import { chooseCompletionLength } from '../../../server/inline-completion/render/completion-length.ts';
import { maySuggest } from '../../../server/inline-completion/render/may-suggest.ts';
import { streamRenderer } from '../../../server/inline-completion/render/stream-renderer.ts';
import type { Renderer } from '../../../server/inline-completion/renderer.ts';
import { type SchedulerSettings, scheduler } from '../../../server/inline-completion/scheduler.ts';
import { RumboError } from '../../../shared/errors.ts';
import { type FakeGeneratorOptions, fakeGenerator } from '../../support/typing/fake-generator.ts';
import { plainRenderer } from '../../support/typing/plain-renderer.ts';
import { virtualClock } from '../../support/typing/virtual-clock.ts';

const uri = 'file:///a.ts';

/** A user at a document: each `type` is a keystroke, and cancels what the editor had asked before it. */
function desk(
  says: FakeGeneratorOptions['says'],
  options: Partial<FakeGeneratorOptions> & { settings?: Partial<SchedulerSettings>; show?: Renderer } = {},
) {
  const clock = virtualClock();
  const generator = fakeGenerator({ clock, says, firstMs: 200, ...options });
  const settings: SchedulerSettings = {
    debounceMs: 100,
    cache: { entries: 100, bytes: 1_000_000 },
    revealAfterMs: 10_000,
    readAhead: true,
    ...options.settings,
  };
  const ghost = scheduler({
    generator,
    renderer: options.show ?? plainRenderer,
    clock,
    settings: () => settings,
  });
  let version = 0;
  let signal = new AbortController();
  const at = (before: string, after = '', more: Partial<CompletionContext> = {}): CompletionContext => ({
    uri,
    version,
    languageId: 'typescript',
    before,
    after,
    indentation: { tabs: false, size: 2 },
    trigger: 'automatic',
    ...more,
  });
  const ask = (context: CompletionContext, own = new AbortController()) => {
    signal = own;
    const asked: { offers?: readonly CompletionItem[]; error?: unknown; atMs?: number } = {};
    ghost.suggest(context, own.signal).then(
      (offers) => Object.assign(asked, { offers, atMs: clock.now() }),
      (error: unknown) => Object.assign(asked, { error }),
    );
    return asked;
  };
  return {
    clock,
    generator,
    ghost,
    at,
    ask,
    get signal() {
      return signal;
    },
    /** The document says this now. */
    type(before: string, after = '', more: Partial<CompletionContext> = {}) {
      version++;
      ghost.changed(uri, version);
      signal.abort();
      return ask(at(before, after, more));
    },
    edit(): void {
      version++;
      ghost.changed(uri, version);
    },
  };
}

const inserts = (asked: { offers?: readonly CompletionItem[] }) =>
  asked.offers?.map(({ suggestion }) => suggestion.insertText);
const hows = (asked: { offers?: readonly CompletionItem[] }) =>
  asked.offers?.map(({ resultType }) => resultType);

/** A model that knows one text. */
const knows = (text: string) => (context: CompletionContext) =>
  text.startsWith(context.before) ? text.slice(context.before.length) : 'something else';

test('a place is asked about once, and the answer names who wrote it', async () => {
  const { clock, generator, type } = desk(knows('const answer = 42;'));
  const asked = type('const a');
  await clock.pass(2_000);
  assert.deepEqual(inserts(asked), ['nswer = 42;']);
  assert.equal(asked.offers?.[0]?.model, 'fake/model');
  assert.deepEqual(hows(asked), ['model']);
  assert.equal(generator.requests.length, 1);
});

test('typing along what is shown costs no request and no time', async () => {
  const { clock, generator, type } = desk(knows('const answer = 42;'));
  type('const a');
  await clock.pass(2_000);
  for (const typed of ['const an', 'const ans', 'const answer = 4']) {
    const now = clock.now();
    const asked = type(typed);
    await clock.pass(0);
    assert.deepEqual(inserts(asked), ['const answer = 42;'.slice(typed.length)]);
    assert.deepEqual(hows(asked), ['typing-as-suggested']);
    assert.equal(asked.atMs, now);
  }
  assert.equal(generator.requests.length, 1);
});

test('closers that the editor puts in while typing along are replaced, and typed over are left', async () => {
  const { clock, generator, type } = desk(knows('call(one, two);'));
  type('cal', ' // end');
  await clock.pass(2_000);
  const open = type('call(', ') // end');
  await clock.pass(0);
  assert.deepEqual(open.offers?.[0]?.suggestion, {
    insertText: 'one, two);',
    replacesBefore: 0,
    replacesAfter: 1,
  });
  const over = type('call(one, two)', ' // end');
  await clock.pass(0);
  assert.deepEqual(over.offers?.[0]?.suggestion, { insertText: ';', replacesBefore: 0, replacesAfter: 0 });
  assert.equal(generator.requests.length, 1);
});

test('a keystroke that agrees with a request under way shares it, though the editor has cancelled the old one', async () => {
  const { clock, generator, type } = desk(knows('const answer = 42;'), { firstMs: 500 });
  const first = type('const a');
  await clock.pass(150);
  const second = type('const an');
  await clock.pass(150);
  const third = type('const ans');
  await clock.pass(2_000);
  assert.deepEqual(first.offers, []);
  assert.deepEqual(second.offers, []);
  assert.deepEqual(inserts(third), ['wer = 42;']);
  assert.deepEqual(hows(third), ['shared']);
  assert.equal(generator.requests.length, 1);
  assert.equal(generator.requests[0]?.abortedAt, undefined);
});

test('a keystroke that leads elsewhere aborts the request under way at once, and asks anew', async () => {
  const { clock, generator, type } = desk(() => 'nswer = 42;', { firstMs: 20, pieceMs: 1_000 });
  type('const a');
  await clock.pass(300);
  const diverged = clock.now();
  type('const ab');
  assert.equal(generator.requests[0]?.abortedAt, diverged);
  await clock.pass(500);
  assert.equal(generator.requests.length, 2);
  assert.equal(generator.requests[1]?.context.before, 'const ab');
});

test('what a silent model says turns out to lead elsewhere: it is aborted then, and asked for this place', async () => {
  const { clock, generator, type } = desk(
    ({ before }) => (before === 'const a' ? 'nswer = 42; and on and on and on' : 'bc = 1;'),
    { firstMs: 500, pieceMs: 300 },
  );
  type('const a');
  await clock.pass(120);
  const asked = type('const ab');
  await clock.pass(4_000);
  assert.equal(generator.requests[0]?.abortedAt, 500);
  assert.equal(generator.requests[1]?.at, 500);
  assert.deepEqual(inserts(asked), ['bc = 1;']);
});

test('a user who stops while a slow model is still silent has this place asked about too, and gets what comes first', async () => {
  const says = (second: string) => (context: CompletionContext) =>
    context.before === 'const a' ? 'nswer = 42;' : second;
  const told = desk(says('wer = 42;'), { firstMs: 2_000 });
  told.type('const a');
  await told.clock.pass(300);
  const kept = told.type('const ans');
  await told.clock.pass(5_000);
  assert.equal(told.generator.requests.length, 2);
  assert.deepEqual(hows(kept), ['shared']);
  assert.equal(kept.atMs, 2_010);
  assert.equal(told.generator.requests[1]?.abortedAt, 2_010, 'the other is not needed');

  const { clock, generator, type } = desk(says('BC;'), { firstMs: 2_000 });
  type('const a');
  await clock.pass(300);
  const asked = type('const aX');
  await clock.pass(5_000);
  assert.equal(generator.requests.length, 2);
  assert.deepEqual(inserts(asked), ['BC;']);
  assert.equal(asked.atMs, 2_800, 'not 2,000 ms after it was known that the first leads elsewhere');
});

test('a request that nobody comes for is aborted after a short grace', async () => {
  const user = desk(knows('const answer = 42;'), { firstMs: 2_000 });
  const { clock, generator, type } = user;
  type('const a');
  await clock.pass(300);
  user.signal.abort();
  await clock.pass(60);
  assert.equal(generator.requests[0]?.abortedAt, undefined);
  await clock.pass(100);
  assert.equal(generator.requests[0]?.abortedAt, 400);
});

test('the same question asked twice at once is one request', async () => {
  const { clock, generator, at, ask } = desk(knows('const answer = 42;'));
  const [one, two] = [ask(at('const a')), ask(at('const a'))];
  await clock.pass(2_000);
  assert.deepEqual(inserts(one), ['nswer = 42;']);
  assert.deepEqual(inserts(two), ['nswer = 42;']);
  assert.equal(generator.requests.length, 1);
});

test('going back to a place that was answered costs no request', async () => {
  const { clock, generator, type } = desk(({ before }) => (before === 'a' ? 'bc' : 'zzz'));
  type('a');
  await clock.pass(1_000);
  type('ax');
  await clock.pass(1_000);
  const back = type('a');
  await clock.pass(0);
  assert.deepEqual(inserts(back), ['bc']);
  assert.deepEqual(hows(back), ['cache']);
  assert.equal(generator.requests.length, 2);
});

test('an answer is not used with another end of the document, in another file, or for another model', async () => {
  const { clock, generator, type, ask, at } = desk(() => 'bc');
  type('a', '\nend');
  await clock.pass(1_000);
  type('a', '\nother end');
  await clock.pass(1_000);
  assert.equal(generator.requests.length, 2);
  ask(at('a', '\nend', { uri: 'file:///b.ts' }));
  await clock.pass(1_000);
  assert.equal(generator.requests.length, 3);
  type('elsewhere');
  await clock.pass(1_000);
  generator.choice = { model: 'fake/another', length: 'block', usualMs: 200, free: false };
  const other = type('a', '\nend');
  await clock.pass(1_000);
  assert.equal(generator.requests.length, 5);
  assert.equal(other.offers?.[0]?.model, 'fake/another');
});

test('nothing is shown for a document that has moved on, even when the editor does not cancel', async () => {
  const { clock, ask, at, edit } = desk(() => 'bc');
  const asked = ask(at('a'));
  await clock.pass(150);
  edit();
  await clock.pass(2_000);
  assert.deepEqual(asked.offers, []);
});

test('a question about an older version than is known is not even asked', async () => {
  const { clock, generator, ask, at, edit } = desk(() => 'bc');
  const old = at('a');
  edit();
  const asked = ask(old);
  await clock.pass(2_000);
  assert.deepEqual(asked.offers, []);
  assert.equal(generator.requests.length, 0);
});

test('a cursor that moves on ends the question of where it was', async () => {
  const { clock, ask, at, generator } = desk(() => 'bc', { firstMs: 500 });
  const there = ask(at('some text', ' here'));
  await clock.pass(150);
  ask(at('some', ' text here'));
  await clock.pass(2_000);
  assert.deepEqual(there.offers, []);
  assert.equal(generator.requests[0]?.abortedAt, 150);
});

test('a cursor that moves on before its place was asked about has only the new one asked about', async () => {
  const { clock, ask, at, generator } = desk(() => 'bc', { choice: { usualMs: null } });
  ask(at('some text', ' here'));
  await clock.pass(50);
  ask(at('some', ' text here'));
  await clock.pass(2_000);
  assert.deepEqual(
    generator.requests.map(({ context }) => context.before),
    ['some'],
  );
});

test('the wait before asking is shorter by what the model takes, and none at the start of a line', async () => {
  const waits = async (before: string, usualMs: number | null) => {
    const { clock, generator, type } = desk(() => 'bc', {
      choice: { usualMs },
      settings: { debounceMs: 150 },
    });
    type(before);
    await clock.pass(1_000);
    return generator.requests[0]?.at;
  };
  assert.equal(await waits('foo', null), 150);
  assert.equal(await waits('foo', 60), 90);
  assert.equal(await waits('foo', 400), 0);
  assert.equal(await waits('foo\n    ', null), 0);
});

test('a line that was asked about in vain is asked about again once the user stops, and not between keys', async () => {
  const { clock, generator, type } = desk(() => 'QQ', { settings: { debounceMs: 100 } });
  for (const [before, ms] of [
    ['a', 1_000],
    ['ab', 200],
    ['abc', 200],
    ['abcd', 1_000],
    ['abcde', 1_000],
  ] as const) {
    type(before);
    await clock.pass(ms);
  }
  assert.deepEqual(
    generator.requests.map(({ context, at }) => [context.before, at]),
    [
      ['a', 0],
      ['abcd', 1_720],
      ['abcde', 2_720],
    ],
  );
  type('abcde\n');
  assert.equal(generator.requests.at(-1)?.at, clock.now(), 'another line begins anew');
});

test('after an accept the next question is asked at once', async () => {
  const { clock, generator, type, ghost } = desk(
    ({ before }) => (before === 'foo' ? '(bar);' : ' // and so on'),
    {
      choice: { usualMs: null },
    },
  );
  const asked = type('foo');
  await clock.pass(1_000);
  ghost.accepted(asked.offers?.[0]?.id ?? '');
  const now = clock.now();
  type('foo(bar);');
  await clock.pass(1_000);
  assert.equal(generator.requests[1]?.at, now);
});

test('refusing makes the next questions wait longer, and the same text does not come back on its line', async () => {
  const { clock, generator, type, ghost } = desk(
    ({ before }) => (before.includes('x') ? 'yz' : 'bc and more'),
    {
      choice: { usualMs: null },
    },
  );
  const asked = type('a');
  await clock.pass(1_000);
  ghost.rejected(asked.offers?.[0]?.id ?? '');
  const along = type('ab');
  await clock.pass(1_000);
  assert.deepEqual(along.offers, []);
  assert.equal(generator.requests.length, 1);
  const now = clock.now();
  type('abx');
  await clock.pass(1_000);
  const waited = (generator.requests[1]?.at ?? 0) - now;
  assert.ok(waited > 479 && waited <= 480, `${waited}`);
});

test('refusing what was offered before the last one leaves the last one there', async () => {
  const { clock, type, ghost } = desk(() => 'bcdef');
  const first = type('a');
  await clock.pass(1_000);
  const second = type('ab');
  await clock.pass(1_000);
  assert.equal(second.offers?.length, 1);
  ghost.rejected(first.offers?.[0]?.id ?? '');
  const third = type('abc');
  await clock.pass(1_000);
  assert.equal(third.offers?.[0]?.suggestion.insertText, 'def');
});

test('lines that a model writes past its suggestion are there when that is accepted', async () => {
  const { clock, generator, type } = desk(() => 'one();\n\nthree();\n\nfour();', { choice: { free: true } });
  type('const x = 1;\n');
  await clock.pass(1_000);
  const next = type('const x = 1;\none();');
  await clock.pass(0);
  assert.deepEqual(inserts(next), ['\n\nthree();']);
  assert.deepEqual(hows(next), ['read-ahead']);
  assert.equal(generator.requests.length, 1);
});

test('lines that are still being written when the suggestion is accepted are waited for, not asked for', async () => {
  const { clock, generator, type } = desk(() => 'one();\n\nthree();\n\nfour();', {
    choice: { free: true },
    firstMs: 50,
    pieceMs: 100,
  });
  type('const x = 1;\n');
  await clock.pass(260);
  const next = type('const x = 1;\none();');
  await clock.pass(1_000);
  assert.deepEqual(inserts(next), ['\n\nthree();']);
  assert.equal(generator.requests.length, 1);
});

test('typing along a suggestion does not end the reading of what comes after it', async () => {
  const { clock, generator, type } = desk(() => 'one();\n\nthree();\n\nfour();', {
    choice: { free: true },
    firstMs: 50,
    pieceMs: 100,
  });
  type('const x = 1;\n');
  await clock.pass(160);
  type('const x = 1;\no');
  await clock.pass(1_000);
  const next = type('const x = 1;\none();');
  await clock.pass(0);
  assert.deepEqual(hows(next), ['read-ahead']);
  assert.equal(generator.requests.length, 1);
});

test('a line end between two pieces of text is none the less one', async () => {
  const { clock, type } = desk(() => '1234;\n  next();\n}\n', {
    show: { maySuggest, chooseCompletionLength, streamRenderer },
  });
  type('f() {\n  a = ');
  await clock.pass(1_000);
  const next = type('f() {\n  a = 1234;');
  await clock.pass(0);
  assert.deepEqual(inserts(next), ['\n  next();\n}']);
});

test('a model is read two suggestions past its own and no further, whether it costs money or not', async () => {
  for (const free of [true, false]) {
    const { clock, generator, type } = desk(() => 'one();\n\ntwo();\n\nthree();\n\nfour();\n\nfive();', {
      choice: { free },
    });
    type('const x = 1;\n');
    await clock.pass(5_000);
    assert.equal(generator.requests[0]?.ended, true);
    type('const x = 1;\none();\n\ntwo();\n\n');
    await clock.pass(0);
    assert.equal(generator.requests.length, 1);
    type('const x = 1;\none();\n\ntwo();\n\nthree();');
    await clock.pass(1_000);
    assert.equal(generator.requests.length, 2);
    assert.ok((generator.requests[0]?.units ?? 0) < 'one();\n\ntwo();\n\nthree();\n\nfour();'.length);
  }
});

const acceptsThenSeesAnother = async (options: Partial<FakeGeneratorOptions>) => {
  const user = desk(({ before }) => `${before.length}();`, { firstMs: 500, ...options });
  const asked = user.type('a\n');
  await user.clock.pass(1_000);
  user.ghost.accepted(asked.offers?.[0]?.id ?? '');
  user.type('a\n2();');
  await user.clock.pass(2_000);
  return user;
};
const slowAndFree = { choice: { free: true } };

test('what follows an accept and the next suggestion is asked for ahead', async () => {
  const { clock, generator, type } = await acceptsThenSeesAnother(slowAndFree);
  assert.equal(generator.requests.at(-1)?.context.before, 'a\n2();6();');
  const count = generator.requests.length;
  const next = type('a\n2();6();');
  await clock.pass(0);
  assert.deepEqual(hows(next), ['speculative']);
  assert.equal(generator.requests.length, count + 1, 'and the one after that');
});

test('a model is never asked ahead where it costs money, or would be about as quick when asked then', async () => {
  for (const options of [{ choice: { free: false } }, { choice: { free: true }, firstMs: 200 }]) {
    const { generator } = await acceptsThenSeesAnother(options);
    assert.equal(generator.requests.at(-1)?.context.before, 'a\n2();');
  }
});

test('nobody is asked ahead before the user has taken something', async () => {
  const { clock, generator, type } = desk(({ before }) => `${before.length}();`, {
    firstMs: 500,
    ...slowAndFree,
  });
  type('a\n');
  await clock.pass(2_000);
  assert.equal(generator.requests.length, 1);
});

test('a question asked ahead gives way to one that somebody waits for', async () => {
  const { clock, generator, type } = await acceptsThenSeesAnother(slowAndFree);
  type('a\n2();6();');
  await clock.pass(20);
  assert.equal(generator.requests.at(-1)?.abortedAt, undefined);
  const now = clock.now();
  type('another line\n');
  await clock.pass(50);
  assert.equal(generator.requests.at(-2)?.abortedAt, now);
});

test('it gives way to a question about another document too', async () => {
  const { clock, generator, type, ask, at } = await acceptsThenSeesAnother(slowAndFree);
  type('a\n2();6();');
  await clock.pass(20);
  const now = clock.now();
  ask(at('b\n', '', { uri: 'file:///b.ts' }));
  await clock.pass(50);
  assert.equal(generator.requests.at(-2)?.abortedAt, now);
});

test('a suggestion that takes long to be whole is shown as far as it has come, and grows under the typing', async () => {
  const { clock, generator, type } = desk(knows('one();\ntwo();\nthree();'), {
    firstMs: 50,
    pieceMs: 300,
    settings: { revealAfterMs: 200 },
  });
  const early = type('o');
  await clock.pass(500);
  assert.equal(early.atMs, 300);
  const later = type('on');
  await clock.pass(2_000);
  const last = type('one();\n');
  await clock.pass(0);
  assert.ok((inserts(later)?.[0] ?? '').startsWith('e()'));
  assert.deepEqual(inserts(last), ['two();\nthree();']);
  assert.equal(generator.requests.length, 1);
});

test('the user who asks gets what is known and something new, each once', async () => {
  let count = 0;
  const { clock, generator, type, ask, at } = desk(() => ['one', 'two', 'two'][count++] ?? 'three');
  type('a');
  await clock.pass(1_000);
  const more = ask(at('a', '', { trigger: 'invoked' }));
  await clock.pass(1_000);
  assert.deepEqual(inserts(more)?.toSorted(), ['one', 'two']);
  const again = ask(at('a', '', { trigger: 'invoked' }));
  await clock.pass(1_000);
  assert.deepEqual(inserts(again)?.toSorted(), ['one', 'two']);
  assert.equal(generator.requests.length, 3);
});

test('stopping aborts all that is under way, forgets it, and asks nothing until it is started', async () => {
  const { clock, generator, type, ghost } = desk(() => 'bc', { firstMs: 1_000 });
  const flying = type('a');
  await clock.pass(200);
  const waiting = desk(() => 'bc', { choice: { usualMs: null } });
  const pending = waiting.type('a');
  waiting.ghost.stop();
  await waiting.clock.pass(0);
  assert.deepEqual(pending.offers, []);
  const now = clock.now();
  ghost.stop();
  await clock.pass(0);
  assert.equal(generator.requests[0]?.abortedAt, now);
  assert.deepEqual(flying.offers, []);
  const stopped = type('a');
  await clock.pass(5_000);
  assert.deepEqual(stopped.offers, []);
  assert.equal(generator.requests.length, 1);
  ghost.start();
  const again = type('a');
  await clock.pass(5_000);
  assert.deepEqual(inserts(again), ['bc']);
});

test('a document that is closed is forgotten, and its request aborted', async () => {
  const { clock, generator, type, ghost } = desk(() => 'bc');
  type('a');
  await clock.pass(1_000);
  type('zz');
  await clock.pass(400);
  ghost.closed(uri);
  assert.equal(generator.requests[1]?.abortedAt, clock.now());
  type('a');
  await clock.pass(1_000);
  assert.equal(generator.requests.length, 3);
});

test('nothing is sent where nobody may write', async () => {
  const { clock, generator, type } = desk(() => 'bc');
  generator.choice = undefined;
  const asked = type('a');
  await clock.pass(1_000);
  assert.deepEqual(asked.offers, []);
  assert.equal(generator.requests.length, 0);
});

test('a model that fails says so to who waits', async () => {
  const { clock, type, generator } = desk(() => 'bc');
  generator.generate = () => Promise.reject(new RumboError('It is off.', { kind: 'unreachable' }));
  const asked = type('a');
  await clock.pass(1_000);
  assert.ok(asked.error instanceof RumboError);
  assert.equal(asked.error.kind, 'unreachable');
});

test('what the suggest widget has selected is typed along like text', async () => {
  const { clock, generator, type } = desk(knows('console.log(value);'));
  type('console');
  await clock.pass(1_000);
  const selected = type('console.l', '', { selectedCompletion: { text: 'log', replaces: 1 } });
  await clock.pass(0);
  assert.deepEqual(selected.offers?.[0]?.suggestion, {
    insertText: 'log(value);',
    replacesBefore: 1,
    replacesAfter: 0,
  });
  const other = type('console.l', '', { selectedCompletion: { text: 'length', replaces: 1 } });
  await clock.pass(400);
  assert.equal(other.offers, undefined);
  assert.equal(generator.requests[1]?.context.selectedCompletion?.text, 'length');
});
