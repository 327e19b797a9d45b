import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';
import type { CompletionItem } from '../../../server/inline-completion/completion-item.ts';
import { chooseCompletionLength } from '../../../server/inline-completion/render/completion-length.ts';
import { maySuggest } from '../../../server/inline-completion/render/may-suggest.ts';
import { streamRenderer } from '../../../server/inline-completion/render/stream-renderer.ts';
import type { Renderer } from '../../../server/inline-completion/renderer.ts';
import { createScheduler, type SchedulerSettings } from '../../../server/inline-completion/scheduler.ts';
import { RumboError } from '../../../shared/errors.ts';
import { type FakeGeneratorOptions, fakeGenerator } from '../../support/typing/fake-generator.ts';
import { plainRenderer } from '../../support/typing/plain-renderer.ts';
import { virtualClock } from '../../support/typing/virtual-clock.ts';

const uri = 'file:///a.ts';

/** A user with an open document: each `type` is a keystroke, and cancels the editor’s previous request. */
function simulatedUser(
  generates: FakeGeneratorOptions['generates'],
  options: Partial<FakeGeneratorOptions> & { settings?: Partial<SchedulerSettings>; show?: Renderer } = {},
) {
  const clock = virtualClock();
  const generator = fakeGenerator({ clock, generates, firstMs: 200, ...options });
  const settings: SchedulerSettings = {
    debounceMs: 100,
    cache: { entries: 100, bytes: 1_000_000 },
    revealAfterMs: 10_000,
    readAhead: true,
    ...options.settings,
  };
  const ghostText = createScheduler({
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
  const request = (context: CompletionContext, own = new AbortController()) => {
    signal = own;
    const result: { items?: readonly CompletionItem[]; error?: unknown; atMs?: number } = {};
    ghostText.suggest(context, own.signal).then(
      (items) => Object.assign(result, { items, atMs: clock.now() }),
      (error: unknown) => Object.assign(result, { error }),
    );
    return result;
  };
  return {
    clock,
    generator,
    ghostText,
    at,
    request,
    get signal() {
      return signal;
    },
    /** The document has this text now. */
    type(before: string, after = '', more: Partial<CompletionContext> = {}) {
      version++;
      ghostText.changed(uri, version);
      signal.abort();
      return request(at(before, after, more));
    },
    edit(): void {
      version++;
      ghostText.changed(uri, version);
    },
  };
}

const inserts = (result: { items?: readonly CompletionItem[] }) =>
  result.items?.map(({ suggestion }) => suggestion.insertText);
const resultTypes = (result: { items?: readonly CompletionItem[] }) =>
  result.items?.map(({ resultType }) => resultType);

/** A model that generates one text. */
const modelOf = (text: string) => (context: CompletionContext) =>
  text.startsWith(context.before) ? text.slice(context.before.length) : 'something else';

test('a position is requested once, and the item names its model', async () => {
  const { clock, generator, type } = simulatedUser(modelOf('const answer = 42;'));
  const result = type('const a');
  await clock.pass(2_000);
  assert.deepEqual(inserts(result), ['nswer = 42;']);
  assert.equal(result.items?.[0]?.model, 'fake/model');
  assert.deepEqual(resultTypes(result), ['model']);
  assert.equal(generator.requests.length, 1);
});

test('typing along the shown suggestion takes no request and no time', async () => {
  const { clock, generator, type } = simulatedUser(modelOf('const answer = 42;'));
  type('const a');
  await clock.pass(2_000);
  for (const typed of ['const an', 'const ans', 'const answer = 4']) {
    const now = clock.now();
    const result = type(typed);
    await clock.pass(0);
    assert.deepEqual(inserts(result), ['const answer = 42;'.slice(typed.length)]);
    assert.deepEqual(resultTypes(result), ['typing-as-suggested']);
    assert.equal(result.atMs, now);
  }
  assert.equal(generator.requests.length, 1);
});

test('closers that the editor inserts while typing along are replaced, and those typed over are shared', async () => {
  const { clock, generator, type } = simulatedUser(modelOf('call(one, two);'));
  type('cal', ' // end');
  await clock.pass(2_000);
  const open = type('call(', ') // end');
  await clock.pass(0);
  assert.deepEqual(open.items?.[0]?.suggestion, {
    insertText: 'one, two);',
    replacesBefore: 0,
    replacesAfter: 1,
  });
  const over = type('call(one, two)', ' // end');
  await clock.pass(0);
  assert.deepEqual(over.items?.[0]?.suggestion, { insertText: ';', replacesBefore: 0, replacesAfter: 0 });
  assert.equal(generator.requests.length, 1);
});

test('a keystroke along a request in flight shares it, although the editor has cancelled the old one', async () => {
  const { clock, generator, type } = simulatedUser(modelOf('const answer = 42;'), { firstMs: 500 });
  const first = type('const a');
  await clock.pass(150);
  const second = type('const an');
  await clock.pass(150);
  const third = type('const ans');
  await clock.pass(2_000);
  assert.deepEqual(first.items, []);
  assert.deepEqual(second.items, []);
  assert.deepEqual(inserts(third), ['wer = 42;']);
  assert.deepEqual(resultTypes(third), ['shared']);
  assert.equal(generator.requests.length, 1);
  assert.equal(generator.requests[0]?.abortedAt, undefined);
});

test('a keystroke that diverges aborts the request in flight at once, and sends another', async () => {
  const { clock, generator, type } = simulatedUser(() => 'nswer = 42;', { firstMs: 20, pieceMs: 1_000 });
  type('const a');
  await clock.pass(300);
  const diverged = clock.now();
  type('const ab');
  assert.equal(generator.requests[0]?.abortedAt, diverged);
  await clock.pass(500);
  assert.equal(generator.requests.length, 2);
  assert.equal(generator.requests[1]?.context.before, 'const ab');
});

test('when a late first text diverges, the request is aborted and this position requested', async () => {
  const { clock, generator, type } = simulatedUser(
    ({ before }) => (before === 'const a' ? 'nswer = 42; and on and on and on' : 'bc = 1;'),
    { firstMs: 500, pieceMs: 300 },
  );
  type('const a');
  await clock.pass(120);
  const result = type('const ab');
  await clock.pass(4_000);
  assert.equal(generator.requests[0]?.abortedAt, 500);
  assert.equal(generator.requests[1]?.at, 500);
  assert.deepEqual(inserts(result), ['bc = 1;']);
});

test('when the user pauses before a slow model’s first text, this position is requested too, and the first result is shown', async () => {
  const modelThen = (second: string) => (context: CompletionContext) =>
    context.before === 'const a' ? 'nswer = 42;' : second;
  const agreeing = simulatedUser(modelThen('wer = 42;'), { firstMs: 2_000 });
  agreeing.type('const a');
  await agreeing.clock.pass(300);
  const shared = agreeing.type('const ans');
  await agreeing.clock.pass(5_000);
  assert.equal(agreeing.generator.requests.length, 2);
  assert.deepEqual(resultTypes(shared), ['shared']);
  assert.equal(shared.atMs, 2_010);
  assert.equal(agreeing.generator.requests[1]?.abortedAt, 2_010, 'the other one is not needed');

  const { clock, generator, type } = simulatedUser(modelThen('BC;'), { firstMs: 2_000 });
  type('const a');
  await clock.pass(300);
  const result = type('const aX');
  await clock.pass(5_000);
  assert.equal(generator.requests.length, 2);
  assert.deepEqual(inserts(result), ['BC;']);
  assert.equal(result.atMs, 2_800, 'not 2,000 ms after the first turned out to diverge');
});

test('a request that no keystroke waits for is aborted after a short grace period', async () => {
  const user = simulatedUser(modelOf('const answer = 42;'), { firstMs: 2_000 });
  const { clock, generator, type } = user;
  type('const a');
  await clock.pass(300);
  user.signal.abort();
  await clock.pass(60);
  assert.equal(generator.requests[0]?.abortedAt, undefined);
  await clock.pass(100);
  assert.equal(generator.requests[0]?.abortedAt, 400);
});

test('two equal requests at once are one', async () => {
  const { clock, generator, at, request } = simulatedUser(modelOf('const answer = 42;'));
  const [one, two] = [request(at('const a')), request(at('const a'))];
  await clock.pass(2_000);
  assert.deepEqual(inserts(one), ['nswer = 42;']);
  assert.deepEqual(inserts(two), ['nswer = 42;']);
  assert.equal(generator.requests.length, 1);
});

test('going back to an earlier position takes no request', async () => {
  const { clock, generator, type } = simulatedUser(({ before }) => (before === 'a' ? 'bc' : 'zzz'));
  type('a');
  await clock.pass(1_000);
  type('ax');
  await clock.pass(1_000);
  const back = type('a');
  await clock.pass(0);
  assert.deepEqual(inserts(back), ['bc']);
  assert.deepEqual(resultTypes(back), ['cache']);
  assert.equal(generator.requests.length, 2);
});

test('a completion is not reused with another suffix, in another file, or for another model', async () => {
  const { clock, generator, type, request, at } = simulatedUser(() => 'bc');
  type('a', '\nend');
  await clock.pass(1_000);
  type('a', '\nother end');
  await clock.pass(1_000);
  assert.equal(generator.requests.length, 2);
  request(at('a', '\nend', { uri: 'file:///b.ts' }));
  await clock.pass(1_000);
  assert.equal(generator.requests.length, 3);
  type('elsewhere');
  await clock.pass(1_000);
  generator.choice = { model: 'fake/another', length: 'block', usualMs: 200, free: false };
  const other = type('a', '\nend');
  await clock.pass(1_000);
  assert.equal(generator.requests.length, 5);
  assert.equal(other.items?.[0]?.model, 'fake/another');
});

test('nothing is returned for an outdated document, even if the editor does not cancel', async () => {
  const { clock, request, at, edit } = simulatedUser(() => 'bc');
  const result = request(at('a'));
  await clock.pass(150);
  edit();
  await clock.pass(2_000);
  assert.deepEqual(result.items, []);
});

test('a request about an older version than the current one is not sent', async () => {
  const { clock, generator, request, at, edit } = simulatedUser(() => 'bc');
  const old = at('a');
  edit();
  const result = request(old);
  await clock.pass(2_000);
  assert.deepEqual(result.items, []);
  assert.equal(generator.requests.length, 0);
});

test('moving the cursor ends the request for its old position', async () => {
  const { clock, request, at, generator } = simulatedUser(() => 'bc', { firstMs: 500 });
  const there = request(at('some text', ' here'));
  await clock.pass(150);
  request(at('some', ' text here'));
  await clock.pass(2_000);
  assert.deepEqual(there.items, []);
  assert.equal(generator.requests[0]?.abortedAt, 150);
});

test('moving the cursor during the delay sends a request for the new position only', async () => {
  const { clock, request, at, generator } = simulatedUser(() => 'bc', { choice: { usualMs: null } });
  request(at('some text', ' here'));
  await clock.pass(50);
  request(at('some', ' text here'));
  await clock.pass(2_000);
  assert.deepEqual(
    generator.requests.map(({ context }) => context.before),
    ['some'],
  );
});

test('the delay is shorter by the model’s latency, and zero at the start of a line', async () => {
  const waits = async (before: string, usualMs: number | null) => {
    const { clock, generator, type } = simulatedUser(() => 'bc', {
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

test('a line whose completion was wrong is requested again once the user pauses, not between keys', async () => {
  const { clock, generator, type } = simulatedUser(() => 'QQ', { settings: { debounceMs: 100 } });
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
  assert.equal(generator.requests.at(-1)?.at, clock.now(), 'another line starts afresh');
});

test('after an accept the next request is sent at once', async () => {
  const { clock, generator, type, ghostText } = simulatedUser(
    ({ before }) => (before === 'foo' ? '(bar);' : ' // and so on'),
    {
      choice: { usualMs: null },
    },
  );
  const result = type('foo');
  await clock.pass(1_000);
  ghostText.accepted(result.items?.[0]?.id ?? '');
  const now = clock.now();
  type('foo(bar);');
  await clock.pass(1_000);
  assert.equal(generator.requests[1]?.at, now);
});

test('a rejection makes the next requests wait longer, and its text is not shown again on its line', async () => {
  const { clock, generator, type, ghostText } = simulatedUser(
    ({ before }) => (before.includes('x') ? 'yz' : 'bc and more'),
    {
      choice: { usualMs: null },
    },
  );
  const result = type('a');
  await clock.pass(1_000);
  ghostText.rejected(result.items?.[0]?.id ?? '');
  const along = type('ab');
  await clock.pass(1_000);
  assert.deepEqual(along.items, []);
  assert.equal(generator.requests.length, 1);
  const now = clock.now();
  type('abx');
  await clock.pass(1_000);
  const waited = (generator.requests[1]?.at ?? 0) - now;
  assert.ok(waited > 479 && waited <= 480, `${waited}`);
});

test('rejecting an outdated item keeps the current one', async () => {
  const { clock, type, ghostText } = simulatedUser(() => 'bcdef');
  const first = type('a');
  await clock.pass(1_000);
  const second = type('ab');
  await clock.pass(1_000);
  assert.equal(second.items?.length, 1);
  ghostText.rejected(first.items?.[0]?.id ?? '');
  const third = type('abc');
  await clock.pass(1_000);
  assert.equal(third.items?.[0]?.suggestion.insertText, 'def');
});

test('lines that a model generates past its suggestion are shown when that is accepted', async () => {
  const { clock, generator, type } = simulatedUser(() => 'one();\n\nthree();\n\nfour();', {
    choice: { free: true },
  });
  type('const x = 1;\n');
  await clock.pass(1_000);
  const next = type('const x = 1;\none();');
  await clock.pass(0);
  assert.deepEqual(inserts(next), ['\n\nthree();']);
  assert.deepEqual(resultTypes(next), ['read-ahead']);
  assert.equal(generator.requests.length, 1);
});

test('lines still being generated when the suggestion is accepted are awaited, not requested', async () => {
  const { clock, generator, type } = simulatedUser(() => 'one();\n\nthree();\n\nfour();', {
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

test('typing along a suggestion does not end the reading of the text after it', async () => {
  const { clock, generator, type } = simulatedUser(() => 'one();\n\nthree();\n\nfour();', {
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
  assert.deepEqual(resultTypes(next), ['read-ahead']);
  assert.equal(generator.requests.length, 1);
});

test('a line end between two pieces of text is shared', async () => {
  const { clock, type } = simulatedUser(() => '1234;\n  next();\n}\n', {
    show: { maySuggest, chooseCompletionLength, streamRenderer },
  });
  type('f() {\n  a = ');
  await clock.pass(1_000);
  const next = type('f() {\n  a = 1234;');
  await clock.pass(0);
  assert.deepEqual(inserts(next), ['\n  next();\n}']);
});

test('a model’s text is read two suggestions further and no more, whether it costs money or not', async () => {
  for (const free of [true, false]) {
    const { clock, generator, type } = simulatedUser(
      () => 'one();\n\ntwo();\n\nthree();\n\nfour();\n\nfive();',
      {
        choice: { free },
      },
    );
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

const acceptThenSuggestAnother = async (options: Partial<FakeGeneratorOptions>) => {
  const user = simulatedUser(({ before }) => `${before.length}();`, { firstMs: 500, ...options });
  const result = user.type('a\n');
  await user.clock.pass(1_000);
  user.ghostText.accepted(result.items?.[0]?.id ?? '');
  user.type('a\n2();');
  await user.clock.pass(2_000);
  return user;
};
const slowAndFree = { choice: { free: true } };

test('after an accept, the position after the next suggestion is requested speculatively', async () => {
  const { clock, generator, type } = await acceptThenSuggestAnother(slowAndFree);
  assert.equal(generator.requests.at(-1)?.context.before, 'a\n2();6();');
  const count = generator.requests.length;
  const next = type('a\n2();6();');
  await clock.pass(0);
  assert.deepEqual(resultTypes(next), ['speculative']);
  assert.equal(generator.requests.length, count + 1, 'and the position after that');
});

test('no speculative request goes to a paid model, or to one that is about as quick later', async () => {
  for (const options of [{ choice: { free: false } }, { choice: { free: true }, firstMs: 200 }]) {
    const { generator } = await acceptThenSuggestAnother(options);
    assert.equal(generator.requests.at(-1)?.context.before, 'a\n2();');
  }
});

test('no speculative request is sent before the user has accepted a suggestion', async () => {
  const { clock, generator, type } = simulatedUser(({ before }) => `${before.length}();`, {
    firstMs: 500,
    ...slowAndFree,
  });
  type('a\n');
  await clock.pass(2_000);
  assert.equal(generator.requests.length, 1);
});

test('a request for a keystroke aborts a speculative one', async () => {
  const { clock, generator, type } = await acceptThenSuggestAnother(slowAndFree);
  type('a\n2();6();');
  await clock.pass(20);
  assert.equal(generator.requests.at(-1)?.abortedAt, undefined);
  const now = clock.now();
  type('another line\n');
  await clock.pass(50);
  assert.equal(generator.requests.at(-2)?.abortedAt, now);
});

test('a request for another document aborts a speculative one too', async () => {
  const { clock, generator, type, request, at } = await acceptThenSuggestAnother(slowAndFree);
  type('a\n2();6();');
  await clock.pass(20);
  const now = clock.now();
  request(at('b\n', '', { uri: 'file:///b.ts' }));
  await clock.pass(50);
  assert.equal(generator.requests.at(-2)?.abortedAt, now);
});

test('a slow suggestion is shown as far as it has arrived, and grows while the user types', async () => {
  const { clock, generator, type } = simulatedUser(modelOf('one();\ntwo();\nthree();'), {
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

test('invoking returns cached suggestions and a new one, each once', async () => {
  let count = 0;
  const { clock, generator, type, request, at } = simulatedUser(
    () => ['one', 'two', 'two'][count++] ?? 'three',
  );
  type('a');
  await clock.pass(1_000);
  const more = request(at('a', '', { trigger: 'invoked' }));
  await clock.pass(1_000);
  assert.deepEqual(inserts(more)?.toSorted(), ['one', 'two']);
  const again = request(at('a', '', { trigger: 'invoked' }));
  await clock.pass(1_000);
  assert.deepEqual(inserts(again)?.toSorted(), ['one', 'two']);
  assert.equal(generator.requests.length, 3);
});

test('stopping aborts all requests, forgets everything, and sends nothing until started', async () => {
  const { clock, generator, type, ghostText } = simulatedUser(() => 'bc', { firstMs: 1_000 });
  const inFlight = type('a');
  await clock.pass(200);
  const waiting = simulatedUser(() => 'bc', { choice: { usualMs: null } });
  const pending = waiting.type('a');
  waiting.ghostText.stop();
  await waiting.clock.pass(0);
  assert.deepEqual(pending.items, []);
  const now = clock.now();
  ghostText.stop();
  await clock.pass(0);
  assert.equal(generator.requests[0]?.abortedAt, now);
  assert.deepEqual(inFlight.items, []);
  const stopped = type('a');
  await clock.pass(5_000);
  assert.deepEqual(stopped.items, []);
  assert.equal(generator.requests.length, 1);
  ghostText.start();
  const again = type('a');
  await clock.pass(5_000);
  assert.deepEqual(inserts(again), ['bc']);
});

test('after a stop a line counts as never requested, and earlier rejections no longer delay', async () => {
  const { clock, generator, type, ghostText } = simulatedUser(() => 'bc', {
    choice: { usualMs: null },
    settings: { readAhead: false },
  });
  const first = type('a');
  await clock.pass(1_000);
  ghostText.rejected(first.items?.[0]?.id ?? '');
  ghostText.stop();
  ghostText.start();
  const startedAt = clock.now();
  type('ax');
  await clock.pass(5_000);
  assert.deepEqual(
    generator.requests.slice(1).map(({ at }) => at - startedAt),
    [100],
  );
});

test('closing a document forgets it and aborts its request', async () => {
  const { clock, generator, type, ghostText } = simulatedUser(() => 'bc');
  type('a');
  await clock.pass(1_000);
  type('zz');
  await clock.pass(400);
  ghostText.closed(uri);
  assert.equal(generator.requests[1]?.abortedAt, clock.now());
  type('a');
  await clock.pass(1_000);
  assert.equal(generator.requests.length, 3);
});

test('nothing is sent without an eligible model', async () => {
  const { clock, generator, type } = simulatedUser(() => 'bc');
  generator.choice = undefined;
  const result = type('a');
  await clock.pass(1_000);
  assert.deepEqual(result.items, []);
  assert.equal(generator.requests.length, 0);
});

test('a failing model rejects the waiting request', async () => {
  const { clock, type, generator } = simulatedUser(() => 'bc');
  generator.generate = () => Promise.reject(new RumboError('It is off.', { kind: 'unreachable' }));
  const result = type('a');
  await clock.pass(1_000);
  assert.ok(result.error instanceof RumboError);
  assert.equal(result.error.kind, 'unreachable');
});

test('the entry selected in the suggest widget counts as typed', async () => {
  const { clock, generator, type } = simulatedUser(modelOf('console.log(value);'));
  type('console');
  await clock.pass(1_000);
  const selected = type('console.l', '', { selectedCompletion: { text: 'log', replaces: 1 } });
  await clock.pass(0);
  assert.deepEqual(selected.items?.[0]?.suggestion, {
    insertText: 'log(value);',
    replacesBefore: 1,
    replacesAfter: 0,
  });
  const other = type('console.l', '', { selectedCompletion: { text: 'length', replaces: 1 } });
  await clock.pass(400);
  assert.equal(other.items, undefined);
  assert.equal(generator.requests[1]?.context.selectedCompletion?.text, 'length');
});
