/** Where an engine's requests go: always below its base URL. */
import { RumboError } from '../../shared/errors.ts';

/**
 * The address of a path below a base URL, which may end in a slash or not. Throws `invalid-request` when the path would
 * leave it: a key is sent with this request and belongs to that address only.
 * @param version put between them unless the base URL ends in a version already; absent: nothing is
 * @param path one that begins with `/../` stands beside the version
 */
export function requestUrl(baseUrl: string, version: string | undefined, path: string): string {
  const base = URL.parse(baseUrl.replace(/\/+$/, ''));
  if (!base || !/^https?:$/.test(base.protocol) || base.username || base.password || base.search || base.hash)
    throw new RumboError('The provider’s address cannot be used.', {
      kind: 'unreachable',
      action: 'Correct baseUrl in rumbo.providers.',
    });
  const root = base.pathname.replace(/\/+$/, '');
  const bare = root.replace(/\/v\d[\w.]*$/, '');
  const isBeside = version !== undefined && path.startsWith('/../');
  const below = isBeside ? bare : version === undefined || bare !== root ? root : `${root}/${version}`;
  const address = URL.parse(`${base.origin}${below}${isBeside ? path.slice(3) : path}`);
  if (!address || address.origin !== base.origin || !address.pathname.startsWith(`${below}/`))
    throw new RumboError('The model’s name cannot be sent.', { kind: 'invalid-request' });
  return address.href;
}
