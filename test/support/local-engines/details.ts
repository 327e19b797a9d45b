/** What the engine of a fake server reports of its models. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { EngineDetails, ListedModel } from '../../../server/engines/local-engine.ts';
import type { DetailFacts } from '../../../shared/model-details.ts';
import type { PageServer } from '../page-server.ts';
import { definitionOf, nativeApiAt, neverAborted } from './connect.ts';

function detailsOf(kind: string): EngineDetails {
  const { details } = definitionOf(kind);
  assert.ok(details);
  return details;
}

export const closePagesAfterTests = <Server extends PageServer>(server: Server): Server => {
  after(() => server.close());
  return server;
};

export const listDetails = (kind: string, { root }: PageServer): Promise<readonly ListedModel[]> =>
  detailsOf(kind).list(nativeApiAt(kind, root), neverAborted());

/** What the list leaves out of one model. */
export async function describeModel(
  kind: string,
  { root }: PageServer,
  model: ListedModel | undefined,
): Promise<DetailFacts | undefined> {
  assert.ok(model);
  return detailsOf(kind).describe?.(nativeApiAt(kind, root), model, neverAborted());
}

/** Method and path of each request. */
export const requestsOf = ({ requests }: PageServer): readonly string[] =>
  requests.map(({ method, path }) => `${method} ${path}`);
