/** Completion endpoints over fake providers on loopback. */
import { after, type TestContext } from 'node:test';
import { connectEngine } from '../../../../server/engines/connect.ts';
import type { EngineDefinition } from '../../../../server/engines/engine.ts';
import type { CompletionEndpoint } from '../../../../server/inline-completion/prompting/generate-with-fallback.ts';
import '../../../support/load-undici.ts';
import { undiciHttp } from '../../../../server/platform/http.ts';
import type { FakeOptions, FakeProvider } from '../../../support/fake-providers/fake-provider.ts';
import { keySource } from '../../../support/key-source.ts';

const { http, dispose } = undiciHttp({ systemCertificates: false });
after(dispose);

export type StartFake = (options?: FakeOptions) => Promise<FakeProvider>;

export async function startEndpoint(
  t: TestContext,
  definition: EngineDefinition,
  startFake: StartFake,
  model: string,
  limits = { connectMs: 5_000, firstPartMs: 20_000, betweenPartsMs: 20_000 },
): Promise<{ readonly fake: FakeProvider; readonly endpoint: CompletionEndpoint }> {
  const fake = await startFake({ models: [model], key: 'k-lab', reply: 'return a + b' });
  t.after(fake.close);
  const { baseUrl } = fake;
  const engine = connectEngine({
    provider: 'lab',
    label: 'Lab',
    definition,
    baseUrl,
    http,
    keys: keySource('k-lab'),
    limits,
  });
  return { fake, endpoint: { engine, kind: definition.kind, baseUrl, model } };
}
