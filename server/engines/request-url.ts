/** URLs of an engine's requests: always below its base URL. */
import { RumboError } from '../../shared/errors.ts';

/**
 * The URL of a path below a base URL, which may end in a slash or not. Throws `invalid-request` when the path would leave
 * it: the request carries a key that belongs to that address only.
 * @param version inserted between them unless the base URL already ends in a version; absent: none
 * @param path one that begins with `/../` is a sibling of the version
 */
export function requestUrl(baseUrl: string, version: string | undefined, path: string): string {
  const name = `${baseUrl}\n${version}\n${path}`;
  const url = urls.get(name) ?? makeUrl(baseUrl, version, path);
  if (urls.size >= maxUrls) urls.clear();
  urls.set(name, url);
  return url;
}

/** Nearly all requests go to the same few paths. */
const urls = new Map<string, string>();
const maxUrls = 256;

function makeUrl(baseUrl: string, version: string | undefined, path: string): string {
  const base = URL.parse(baseUrl.replace(/(?<!\/)\/+$/, ''));
  if (!base || !/^https?:$/.test(base.protocol) || base.username || base.password || base.search || base.hash)
    throw new RumboError('The provider’s address is not valid.', {
      kind: 'unreachable',
      action: 'Correct baseUrl in rumbo.providers.',
    });
  const root = base.pathname.replace(/(?<!\/)\/+$/, '');
  const bare = root.replace(/\/v\d[\w.]*$/, '');
  const isSibling = version !== undefined && path.startsWith('/../');
  const below = isSibling ? bare : version === undefined || bare !== root ? root : `${root}/${version}`;
  const address = URL.parse(`${base.origin}${below}${isSibling ? path.slice(3) : path}`);
  if (!address || address.origin !== base.origin || !address.pathname.startsWith(`${below}/`))
    throw new RumboError('The model’s name cannot be part of a URL.', { kind: 'invalid-request' });
  return address.href;
}
