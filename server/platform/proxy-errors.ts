/** What goes wrong at the editor's proxy, as a `RumboError` that names the proxy: the provider is not at fault. */
import { RumboError } from '../../shared/errors.ts';

/** The proxy without its credentials. */
const nameOf = (proxy: URL): string => `${proxy.protocol}//${proxy.host}`;

const action = 'Correct http.proxy in the editor’s settings, or add the host to http.noProxy.';
const scriptAction = 'Put the address of the proxy itself into http.proxy.';
const fail = (message: string, cause?: unknown, status?: number, howTo = action): RumboError =>
  new RumboError(
    message,
    { kind: 'unreachable', action: howTo, ...(status === undefined ? {} : { status }) },
    { cause },
  );

const supported: ReadonlySet<string> = new Set(['http:', 'https:', 'socks:', 'socks5:', 'socks5h:']);

/** The address of the proxy. Throws `unreachable` for one that cannot be used. */
export function parseProxy(address: string): URL {
  if (/^pac\+|^PAC\b|^file:|\.(?:pac|dat)(?:$|[?#])/i.test(address))
    throw fail('Rumbo cannot run proxy scripts (PAC).', undefined, undefined, scriptAction);
  const proxy = URL.parse(address.includes('://') ? address : `http://${address}`);
  if (!proxy) throw fail('The address of the proxy in http.proxy is not valid.');
  if (!supported.has(proxy.protocol))
    throw fail(`The proxy ${nameOf(proxy)} cannot be used: Rumbo supports HTTP and SOCKS5 proxies.`);
  return proxy;
}

/**
 * The failure of a request that had no response yet and went through a proxy. `undefined`: the proxy is not at fault.
 * @param code of the network error
 */
export function proxyFailure(cause: unknown, code: string, target: URL, proxy: URL): RumboError | undefined {
  const name = nameOf(proxy);
  const [, status] = /Proxy response \((\d+)\)/.exec(String(messageOf(cause))) ?? [];
  if (status === '407')
    return new RumboError(
      `The proxy ${name} requires a user name and a password (HTTP 407).`,
      {
        kind: 'unreachable',
        status: 407,
        action: 'Put them into http.proxy, or set http.proxyAuthorization.',
      },
      { cause },
    );
  if (status !== undefined)
    return fail(
      `The proxy ${name} refused to connect to ${target.host} (HTTP ${status}).`,
      cause,
      Number(status),
    );
  if (/^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EADDRNOTAVAIL)$/.test(code))
    return fail(`No proxy responds at ${name}.`, cause);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return fail(`The host name of the proxy, ${proxy.hostname}, cannot be found.`, cause);
  if (code.startsWith('UND_ERR_SOCKS5'))
    return fail(`The proxy ${name} refused to connect to ${target.host}.`, cause);
  // undici gives a SOCKS proxy five seconds for each step.
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || /\btimeout\b/i.test(messageOf(cause)))
    return fail(`The proxy ${name} did not connect to ${target.host} in time.`, cause);
  if (/^(?:UND_ERR_SOCKET|ECONNRESET|EPIPE|UND_ERR_ABORTED|HPE_)/.test(code) || code === '')
    return fail(`The proxy ${name} closed the connection to ${target.host} without a response.`, cause);
  return undefined;
}

/** undici wraps the error of the tunnel. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return error.cause === undefined ? error.message : `${error.message} ${messageOf(error.cause)}`;
}
