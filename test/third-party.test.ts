/** What ships of others is named with its licence. `UPDATE=1 npm run test:unit` writes the notices. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { bundledPackages, materials, noticesText } from '../scripts/third-party.mjs';

const notices = new URL('../THIRD_PARTY_NOTICES', import.meta.url);

test('THIRD_PARTY_NOTICES holds the licence of each bundled package, and of no other', async () => {
  const packages = await bundledPackages();
  const text = noticesText(packages);
  if (process.env['UPDATE']) writeFileSync(notices, text);
  assert.equal(readFileSync(notices, 'utf8'), text);
  for (const name of ['undici', 'zod', '@github/keytar', 'vscode-languageserver'])
    assert.ok(
      packages.some((each) => each.name === name),
      name,
    );
  for (const { texts, name } of packages) assert.match(texts.join(), /copyright|licen[cs]e/i, name);
});

test('the list of materials has exactly the bundled packages', async () => {
  const packages = await bundledPackages();
  const { bomFormat, components } = materials(packages);
  assert.equal(bomFormat, 'CycloneDX');
  assert.deepEqual(
    components.map((each) => each['bom-ref']).sort(),
    packages.map(({ name, version }) => `${name}@${version}`).sort(),
  );
});
