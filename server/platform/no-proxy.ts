/** Which hosts a list such as `NO_PROXY` excludes from the proxy, in every form that is in use. Pure. */
import { BlockList, isIP, isIPv6 } from 'node:net';

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * `*`, a host, a domain with or without its leading dot or `*.`, an address, a range of addresses (`10.0.0.0/8`,
 * `fd00::/8`), each with an optional port (IPv6 then in brackets), and `<local>` for names without a dot. Case, blanks
 * and the dot at the end of a name do not matter; an entry may hold several, separated by commas or blanks.
 */
export function excludesHost(noProxy: readonly string[], target: URL): boolean {
  const host = target.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  const port = target.port || defaultPorts[target.protocol];
  return noProxy
    .flatMap((entry) => entry.toLowerCase().split(/[\s,;]+/))
    .some((entry) => entry !== '' && matches(entry, host, port));
}

function matches(entry: string, host: string, port: string | undefined): boolean {
  if (entry === '*') return true;
  if (entry === '<local>') return !host.includes('.') && isIP(host) === 0;
  const { name, port: wanted } = partsOf(entry.replace(/^https?:\/\//, '').replace(/(?<!\/)\/+$/, ''));
  if (wanted !== undefined && wanted !== port) return false;
  if (name.includes('/')) return isInRange(name, host);
  if (isIP(name) !== 0) return isIP(host) !== 0 && isInRange(`${name}/${isIPv6(name) ? 128 : 32}`, host);
  const domain = name.replace(/^\*?\.?/, '').replace(/\.$/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

/** A bare IPv6 address has colons and no port. */
function partsOf(entry: string): { readonly name: string; readonly port?: string } {
  const [, bracketed, after] = /^\[([^\]]*)\](?::(\d+))?$/.exec(entry) ?? [];
  if (bracketed !== undefined) return { name: bracketed, ...(after ? { port: after } : {}) };
  const [, name, port] = /^([^:]*):(\d+)$/.exec(entry) ?? [];
  return name === undefined || port === undefined ? { name: entry } : { name, port };
}

/** @param range an address, a slash, and how many bits of it count */
function isInRange(range: string, host: string): boolean {
  const [address = '', bits = ''] = range.split('/');
  if (isIP(host) === 0 || isIP(address) === 0 || !/^\d{1,3}$/.test(bits)) return false;
  const type = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (Number(bits) > (type === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), type);
  return list.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
