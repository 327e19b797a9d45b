/** Tool calls from fragments, however a service names the call of each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ToolCallFragment, toolCallAssembler } from '../../../server/wire/tool-call-assembler.ts';

const tools = ['read_file', 'list_dir', 'read'];

/** The calls of these events, each with its fragments, as names and arguments. */
function assembled(
  events: readonly (readonly ToolCallFragment[])[],
  names: readonly string[] = tools,
  isCut = false,
) {
  const assembler = toolCallAssembler(names);
  for (const fragments of events) assembler.add(fragments);
  const { calls, broken } = assembler.finish(isCut);
  return {
    calls: calls.map(({ name, input }) => [name, JSON.parse(input)]),
    broken,
    ids: calls.map(({ id }) => id),
  };
}
const callsOf = (events: readonly (readonly ToolCallFragment[])[], names?: readonly string[]) =>
  assembled(events, names).calls;

const x = ['read_file', { path: 'x' }];
const y = ['list_dir', { dir: 'y' }];
const otherX = ['read_file', { path: 'z' }];

test('fragments are joined by index, also when calls alternate', () => {
  assert.deepEqual(
    callsOf([
      [
        { index: 0, id: 'a', name: 'read_file', input: '' },
        { index: 1, id: 'b', name: 'list_dir', input: '' },
      ],
      [{ index: 1, input: '{"di' }],
      [{ index: 0, input: '{"pat' }],
      [
        { index: 0, input: 'h":"x"}' },
        { index: 1, input: 'r":"y"}' },
      ],
    ]),
    [x, y],
  );
});

test('one index for every call is no index where ids differ, or a whole call is followed by a name', () => {
  assert.deepEqual(
    callsOf([
      [{ index: 0, id: 'a', name: 'read_file', input: '{"path":"x"}' }],
      [{ index: 0, id: 'b', name: 'list_dir', input: '{"dir":"y"}' }],
    ]),
    [x, y],
  );
  assert.deepEqual(
    callsOf([
      [
        { index: 0, id: 'a', name: 'read_file', input: '{"path":"x"}' },
        { index: 0, id: 'b', name: 'read_file', input: '{"path":"z"}' },
      ],
    ]),
    [x, otherX],
  );
  assert.deepEqual(
    callsOf([
      [
        { index: 0, name: 'read_file', input: '{"path":"x"}' },
        { index: 0, name: 'read_file', input: '{"path":"z"}' },
      ],
    ]),
    [x, otherX],
  );
  assert.deepEqual(
    callsOf([
      [{ index: 0, name: 'read_file', input: '{"path":"x"}' }],
      [{ index: 0, name: 'read_file', input: '{"path":"z"}' }],
    ]),
    [x, otherX],
  );
  assert.deepEqual(
    callsOf([
      [{ index: 0, name: 'read_file' }],
      [{ index: 0, input: '{"path":"x"}' }],
      [{ index: 0, name: 'list_dir' }],
      [{ index: 0, input: '{"dir":"y"}' }],
    ]),
    [x, y],
  );
  // Pieces of both, distinguished by ids alone.
  assert.deepEqual(
    callsOf([
      [{ index: 0, id: 'a', name: 'read_file', input: '' }],
      [{ index: 0, id: 'b', name: 'list_dir', input: '' }],
      [{ index: 0, id: 'a', input: '{"path"' }],
      [{ index: 0, id: 'b', input: '{"dir"' }],
      [{ index: 0, id: 'a', input: ':"x"}' }],
      [{ index: 0, id: 'b', input: ':"y"}' }],
    ]),
    [x, y],
  );
});

test('without an index a fragment belongs to the call that is open', () => {
  assert.deepEqual(
    callsOf([
      [{ id: 'a', name: 'read_file', input: '{"pa' }],
      [{ input: 'th":"x"}' }],
      [{ id: 'b', name: 'list_dir', input: '{"dir"' }],
      [{ input: ':"y"}' }],
    ]),
    [x, y],
  );
  assert.deepEqual(
    callsOf([
      [{ name: 'read_file', input: '{"pa' }],
      [{ input: 'th":"x"}' }],
      [{ name: 'list_dir', input: '{"dir":"y"}' }],
    ]),
    [x, y],
  );
  assert.deepEqual(
    callsOf([
      [
        { name: 'read_file', input: '{"pa' },
        { name: 'list_dir', input: '{"d' },
      ],
      [{ input: 'th":"x"}' }, { input: 'ir":"y"}' }],
    ]),
    [x, y],
  );
  assert.deepEqual(callsOf([[{ id: 'a', name: 'read_file' }], [{ index: 0, input: '{"path":"x"}' }]]), [x]);
});

test('an id may come late, in each fragment, as another one in each, or empty', () => {
  assert.deepEqual(
    assembled([
      [{ index: 0, name: 'read_file', input: '{"pa' }],
      [{ index: 0, id: 'late', input: 'th":"x"}' }],
    ]).ids,
    ['late'],
  );
  assert.deepEqual(
    callsOf([
      [{ index: 0, id: 'a', name: 'read_file', input: '{"pa' }],
      [{ index: 0, id: 'a', input: 'th":"x"}' }],
    ]),
    [x],
  );
  assert.deepEqual(
    callsOf([
      [{ index: 0, id: 'r1', name: 'read_file', input: '{"pa' }],
      [{ index: 0, id: 'r2', input: 'th":"x"}' }],
    ]),
    [x],
  );
  assert.deepEqual(
    callsOf([
      [{ index: 0, id: 'r1', name: 'read_file', input: '{"pa' }],
      [{ index: 0, id: 'r2', name: 'read_file', input: 'th":"x"}' }],
    ]),
    [x],
  );
  assert.deepEqual(
    callsOf([
      [{ index: 0, id: 'a', name: 'read_file', input: '{"pa' }],
      [{ index: 0, id: '', name: null, input: 'th":"x"}' }],
    ]),
    [x],
  );
  assert.deepEqual(
    callsOf([
      [{ index: 0, id: 'same', name: 'read_file', input: '{"path":"x"}' }],
      [{ index: 1, id: 'same', name: 'list_dir', input: '{"dir":"y"}' }],
    ]),
    [x, y],
  );
});

test('each call has an id of its own', () => {
  const ids = (events: readonly (readonly ToolCallFragment[])[]) => assembled(events).ids;
  assert.deepEqual(
    ids([
      [
        { index: 0, name: 'read_file' },
        { index: 1, name: 'list_dir' },
      ],
    ]),
    ['call_0', 'call_1'],
  );
  const twice = ids([
    [
      { index: 0, id: 'a', name: 'read_file' },
      { index: 1, id: 'a', name: 'list_dir' },
    ],
  ]);
  assert.equal(new Set(twice).size, 2);
});

test('a name is taken once, however often it comes', () => {
  const pieces = ['{"pa', 'th":', '"x"}'];
  assert.deepEqual(callsOf(pieces.map((input) => [{ index: 0, id: 'a', name: 'read_file', input }])), [x]);
  assert.deepEqual(
    callsOf(
      pieces.map((input) => [{ index: 0, name: 'read_file', input }]),
      [],
    ),
    [x],
  );
  assert.deepEqual(
    callsOf(pieces.map((input, at) => [{ index: 0, name: at === 0 ? 'read_file' : '', input }])),
    [x],
  );
});

test('a name in pieces is joined, and one that grows replaces itself', () => {
  const end = [{ index: 0, input: '{"path":"x"}' }];
  for (const names of [
    ['read', '_file'],
    ['re', 'ad_', 'file'],
    ['read_', 'read_file'],
    ['read_file', 'read_file'],
  ])
    assert.deepEqual(
      callsOf([...names.map((name) => [{ index: 0, id: 'a', name }]), end]),
      [x],
      names.join(),
    );
  assert.deepEqual(
    callsOf(
      [[{ index: 0, name: 'li' }], [{ index: 0, name: 'st_dir' }], [{ index: 0, input: '{"dir":"y"}' }]],
      [],
    ),
    [y],
  );
  const grown = [[{ index: 0, id: 'a', name: 'read' }], [{ index: 0, id: 'a', name: 'read_file' }], end];
  assert.deepEqual(callsOf(grown, ['read', 'read_file']), [x]);
  assert.deepEqual(
    callsOf([[{ index: 0, name: 'ping' }], [{ index: 0, name: 'ping', input: '{}' }]], ['pingping']),
    [['pingping', {}]],
  );
});

test('arguments may be an object, quoted once more, whole in the first fragment, or whole again at the end', () => {
  const cases: readonly (readonly ToolCallFragment[])[] = [
    [{ index: 0, name: 'read_file', input: { path: 'x' } }],
    [{ index: 0, name: 'read_file', input: JSON.stringify('{"path":"x"}') }],
    [
      { index: 0, name: 'read_file', input: {} },
      { index: 0, input: '{"path":"x"}' },
    ],
    [
      { index: 0, name: 'read_file', input: { path: 'x' } },
      { index: 0, input: '{"path"' },
      { index: 0, input: ':"x"}' },
    ],
    [
      { index: 0, id: 'a', name: 'read_file', input: '{"path"' },
      { index: 0, input: ':"x"}' },
      { index: 0, id: 'a', name: 'read_file', input: '{"path":"x"}', isWhole: true },
    ],
    [
      { index: 0, name: 'read_file', input: '{"path"' },
      { index: 0, input: ':"x"}' },
      { index: 0, input: '{"path":"x"}' },
    ],
    // Each fragment contains the one before.
    [
      { index: 0, name: 'read_file', input: '{"pa' },
      { index: 0, input: '{"path":"' },
      { index: 0, input: '{"path":"x"}' },
    ],
    [
      { index: 0, name: 'read_file', input: '{"path":"x"}' },
      { index: 0, input: '}' },
    ],
    [
      { index: 0, name: 'read_file', input: '{"path":"x"}' },
      { index: 0, input: '\n' },
    ],
  ];
  for (const fragments of cases)
    assert.deepEqual(callsOf(fragments.map((each) => [each])), [x], JSON.stringify(fragments));
});

test('no arguments are an empty object', () => {
  for (const input of [undefined, null, '', '  ', '{}', 'null', '[]', '""', {}])
    assert.deepEqual(
      callsOf([[{ index: 0, name: 'list_dir', input }]]),
      [['list_dir', {}]],
      JSON.stringify(input),
    );
});

test('line breaks that a model left in its strings are escaped', () => {
  assert.deepEqual(
    callsOf([[{ index: 0, name: 'read_file', input: '{"path":"a\nb\tc"}'.replaceAll('\\n', '\n') }]]),
    [['read_file', { path: 'a\nb\tc' }]],
  );
});

test('a call whose arguments are not whole is named and never returned', () => {
  for (const input of ['{', '{"path":"x"', '{"path":"x', '{"path":', '{"a":{"b":1}', 'no json'])
    assert.deepEqual(
      assembled([[{ index: 0, name: 'read_file', input }]]),
      { calls: [], broken: ['read_file'], ids: [] },
      input,
    );
  const events = [[{ index: 0, name: 'read_file', input: '{"path":"x"}' }], [{ index: 1, name: 'list_dir' }]];
  assert.deepEqual(assembled(events).calls, [x, ['list_dir', {}]]);
  assert.deepEqual(assembled(events, tools, true), { calls: [x], broken: ['list_dir'], ids: ['call_0'] });
});

/** Numbers that look random and are the same in every run. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('however calls are cut, named and interleaved, the same ones are assembled', () => {
  const next = sequence(3);
  const cut = (text: string): string[] => {
    const pieces: string[] = [];
    for (let at = 0; at < text.length; ) {
      const size = 1 + next(6);
      pieces.push(text.slice(at, at + size));
      at += size;
    }
    return pieces;
  };
  const values = ['x', '{"', '}', '{}', 'a\\b', '"', 'line\n', '日本'];
  for (let round = 0; round < 1_500; round += 1) {
    const calls = Array.from({ length: 1 + next(3) }, (_, number) => ({
      name: tools[next(tools.length)] ?? '',
      // No two alike: the same call again is taken for a repetition.
      input: JSON.stringify({
        number,
        value: values[next(values.length)],
        none: {},
        more: { list: [next(9), {}] },
      }),
    }));
    const style = {
      hasId: next(2) === 0,
      idEachTime: next(2) === 0,
      nameEachTime: next(2) === 0,
      index: next(3),
    };
    const interleaves = style.index === 0 || (style.hasId && style.idEachTime);
    const queues = calls.map(({ name, input }, number) =>
      cut(input).map(
        (piece, at): ToolCallFragment => ({
          ...(style.hasId && (at === 0 || style.idEachTime) ? { id: `id${number}` } : {}),
          ...(style.index === 0 ? { index: number } : style.index === 1 ? { index: 0 } : {}),
          ...(at === 0 || style.nameEachTime ? { name } : {}),
          input: piece,
        }),
      ),
    );
    const events: ToolCallFragment[][] = [];
    if (interleaves) {
      for (const queue of queues) {
        const first = queue.shift();
        if (first) events.push([first]);
      }
      while (queues.some(({ length }) => length > 0)) {
        const fragment = queues[next(queues.length)]?.shift();
        if (fragment) events.push([fragment]);
      }
    } else for (const fragment of queues.flat()) events.push([fragment]);
    const expected = calls.map(({ name, input }) => [name, JSON.parse(input)]);
    assert.deepEqual(callsOf(events), expected, JSON.stringify({ style, events }));
    // Any truncation of the last call leaves the others.
    const last = events.at(-1)?.[0];
    if (!interleaves && last) {
      const cutCalls = assembled(events.slice(0, -1));
      assert.ok(cutCalls.calls.length < calls.length, JSON.stringify(events));
    }
  }
});

test('a name of the request counts with what models write around it', () => {
  const input = '{"path":"x"}';
  for (const name of [
    'functions.read_file',
    'functions.read_file:0',
    'default_api.read_file',
    'default_api:read_file',
    'read_file<|channel|>commentary',
    'read_file<|constrain|>json',
  ])
    assert.deepEqual(callsOf([[{ id: 'a', name, input }]]), [x], name);
  assert.deepEqual(callsOf([[{ id: 'functions.read_file:0', input }]]), [x], 'the name is in the id');
  const [[unknown] = []] = callsOf([[{ id: 'a', name: 'functions.write', input }]]);
  assert.equal(unknown, 'functions.write', 'no tool of the request has this name');
});

test('an empty object precedes the first piece, or is all of the arguments', () => {
  const pieces = [
    [{ index: 0, id: 'a', name: 'read_file', input: '{}' }],
    [{ index: 0, input: '{"path":"x"}' }],
  ];
  assert.deepEqual(callsOf(pieces), [x]);
  const whole = [[{ name: 'list_dir', input: {} }], [{ name: 'list_dir', input: { dir: 'y' } }]];
  assert.deepEqual(callsOf(whole), [['list_dir', {}], y]);
  assert.deepEqual(assembled([[{ id: 'a', name: 'read', input: {} }]], tools, true).calls, [['read', {}]]);
});

test('pieces under another index than their call follow it, when it is still open', () => {
  const events = [
    [{ index: 0, id: 'a', name: 'read_file', input: '{"path":"x"}' }],
    [{ index: 0, id: 'b', name: 'list_dir', input: '' }],
    [{ index: 1, input: '{"dir"' }],
    [{ index: 1, input: ':"y"}' }],
  ];
  assert.deepEqual(callsOf(events), [x, y]);
});

test('arguments in a code block, in Python’s form or with a comma too many are read', () => {
  for (const input of ['```json\n{"path":"x"}\n```', "{'path': 'x'}", '{"path":"x",}', "{'path': 'x',\n}"])
    assert.deepEqual(callsOf([[{ id: 'a', name: 'read_file', input }]]), [x], input);
  const python = "{'path': 'it\\'s', 'all': True, 'max': None, \"word\": \"True, 'no'\"}";
  assert.deepEqual(callsOf([[{ id: 'a', name: 'read_file', input: python }]]), [
    ['read_file', { path: "it's", all: true, max: null, word: "True, 'no'" }],
  ]);
});
