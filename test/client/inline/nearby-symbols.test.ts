/** Definitions from the editor's language services for the names at the cursor. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { nearbySymbolsHandler } from '../../../client/inline/nearby-symbols.ts';
import {
  commands,
  fakeDocument,
  fakeEditor,
  type Position,
  Range,
  Uri,
  workspace,
} from '../../support/vscode-stub.ts';

const here = new Uri('file', '/w/cart.ts');
const there = new Uri('file', '/w/item.ts');
const outside = new Uri('file', '/usr/lib/lib.d.ts');
const text = 'const a = item.price + outer(x) + own;\n';
let lookups: string[];
let definition: (name: string) => Promise<unknown>;
let registration: { dispose(): void };
let symbols: ReturnType<typeof nearbySymbolsHandler>;

beforeEach(() => {
  fakeEditor.reset();
  lookups = [];
  fakeEditor.files.set(here.toString(), { text, languageId: 'typescript' });
  fakeEditor.files.set(there.toString(), {
    text: 'export interface Item {\n  price: number;\n}\nexport const item = 1;\n',
    languageId: 'typescript',
  });
  const lines = text.split('\n');
  workspace.textDocuments.push({
    ...fakeDocument(here),
    version: 7,
  });
  const definitions: Record<string, unknown> = {
    price: { uri: there, range: new Range(0, 17, 0, 21) },
    item: { targetUri: there, targetRange: new Range(3, 0, 3, 22) },
    own: { uri: here, range: new Range(0, 0, 0, 1) },
    outer: { uri: outside, range: new Range(0, 0, 0, 1) },
  };
  definition = async (name) => (definitions[name] ? [definitions[name]] : undefined);
  registration = commands.registerCommand('vscode.executeDefinitionProvider', (_uri, at) => {
    const { line, character } = at as Position;
    const [name = ''] = /^\w+/.exec((lines[line] ?? '').slice(character)) ?? [];
    lookups.push(name);
    return definition(name);
  });
  symbols = nearbySymbolsHandler();
});
afterEach(() => registration.dispose());

const ask = (version = 7) => symbols({ uri: here.toString(), position: { line: 0, character: 39 }, version });

test('declarations in other files of the workspace are returned, the nearest name first', async () => {
  assert.deepEqual(await ask(), [
    { name: 'price', uri: there.toString(), text: 'export interface Item {\n  price: number;\n}' },
    { name: 'item', uri: there.toString(), text: 'export const item = 1;' },
  ]);
});

test('a version is looked up once; an outdated version is not looked up', async () => {
  await ask();
  const before = lookups.length;
  await ask();
  assert.equal(lookups.length, before);
  assert.deepEqual(await ask(8), []);
  assert.equal(lookups.length, before);
});

test('a slow or failing service does not delay the others, and is called once per name', async () => {
  const quick = definition;
  const late = Promise.withResolvers<unknown>();
  definition = (name) =>
    name === 'price' ? late.promise : name === 'own' ? Promise.reject(new Error('no')) : quick(name);
  assert.deepEqual(
    (await ask()).map(({ name }) => name),
    ['item'],
  );
  late.resolve(quick('price'));
  assert.deepEqual(
    (await ask()).map(({ name }) => name),
    ['price', 'item'],
  );
  assert.equal(lookups.filter((name) => name === 'price').length, 1);
});
