/** Calls that break the schema of their tool: what is repaired, what is only named, and what is never touched. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkCall } from '../../../server/wire/repair-call.ts';
import { schemaFault } from '../../../server/wire/schema-check.ts';
import type { FunctionTool } from '../../../shared/chat.ts';

const tool: FunctionTool = {
  name: 'edit',
  inputSchema: {
    type: 'object',
    properties: {
      path: { type: 'string' },
      line: { type: 'integer' },
      all: { type: 'boolean' },
      tags: { type: 'array', items: { type: 'string' } },
      mode: { enum: ['insert', 'replace'] },
      options: { type: 'object', properties: { deep: { type: 'boolean' } } },
      startLine: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
    },
    required: ['path'],
    additionalProperties: false,
  },
};
const check = (input: string, inputSchema = tool.inputSchema) =>
  checkCall({ id: '1', name: 'edit', input }, [{ ...tool, inputSchema }]);

test('what is certain is repaired, and the receipt gets the reason', () => {
  for (const [input, expected] of [
    ['{"path":"a","line":"7"}', { path: 'a', line: 7 }],
    ['{"path":"a","all":"True"}', { path: 'a', all: true }],
    ['{"path":7}', { path: '7' }],
    ['{"path":"a","tags":"x"}', { path: 'a', tags: ['x'] }],
    ['{"path":"a","tags":"[\\"x\\"]"}', { path: 'a', tags: ['x'] }],
    ['{"path":["a"]}', { path: 'a' }],
    ['{"path":"a","mode":"Insert"}', { path: 'a', mode: 'insert' }],
    ['{"path":"a","options":"{\\"deep\\":\\"false\\"}"}', { path: 'a', options: { deep: false } }],
    ['{"path":"a","start_line":3}', { path: 'a', startLine: 3 }],
    ['{"path":"a","startLine":"3"}', { path: 'a', startLine: 3 }],
    ['{"path":"a","line":null}', { path: 'a' }],
    ['{"path":"a","unknown":1}', { path: 'a' }],
    ['{path: "a", line: 7,}', { path: 'a', line: 7 }],
  ] as const) {
    const { call, repaired, fault } = check(input);
    assert.deepEqual([JSON.parse(call.input), fault], [expected, undefined], input);
    assert.ok(repaired, input);
  }
});

test('what is not certain is named, and stays as the model wrote it', () => {
  for (const [input, reason] of [
    ['{"line":7}', /path/],
    ['{"path":"a","line":"seven"}', /line/],
    ['{"path":"a","mode":"delete"}', /mode/],
    ['[1,2]', /./],
  ] as const) {
    const { call, repaired, fault } = check(input);
    assert.deepEqual([call.input, repaired], [input, undefined], input);
    assert.match(fault ?? '', reason, input);
  }
});

test('valid arguments are never changed', () => {
  const valid = fc.record(
    {
      path: fc.string(),
      line: fc.integer(),
      all: fc.boolean(),
      tags: fc.array(fc.string()),
      mode: fc.constantFrom('insert', 'replace'),
      startLine: fc.option(fc.integer()),
    },
    { requiredKeys: ['path'] },
  );
  fc.assert(
    fc.property(valid, fc.constantFrom(0, 2), (value, space) => {
      const input = JSON.stringify(value, undefined, space);
      assert.deepEqual(check(input), { call: { id: '1', name: 'edit', input } });
    }),
  );
});

test('tools that are not known, take plain text or have no readable schema are left alone', () => {
  const call = { id: '1', name: 'other', input: '{"a":' };
  assert.deepEqual(checkCall(call, [tool]), { call });
  assert.deepEqual(checkCall({ ...call, name: 'edit', isCustom: true }, [tool]), {
    call: { ...call, name: 'edit', isCustom: true },
  });
  for (const schema of [{}, { $ref: '#/nowhere' }])
    assert.equal(check('{"a":1}', schema).fault, undefined, JSON.stringify(schema));
});

test('expressions and formats of a schema are not run', () => {
  const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^b$', format: 'email' } } };
  assert.equal(schemaFault({ a: 'x' }, schema), undefined);
  const named = { type: 'object', properties: { pattern: { type: 'number' } } };
  assert.match(schemaFault({ pattern: 'x' }, named) ?? '', /pattern/);
});

test('references within a schema are followed, circles included', () => {
  const schema = {
    $defs: {
      node: { type: 'object', properties: { next: { $ref: '#/$defs/node' }, size: { type: 'number' } } },
    },
    $ref: '#/$defs/node',
  };
  assert.equal(schemaFault({ next: { next: { size: 1 } } }, schema), undefined);
  assert.match(schemaFault({ next: { next: { size: 'x' } } }, schema) ?? '', /next\/next\/size/);
});
