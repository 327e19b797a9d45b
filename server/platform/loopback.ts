/** Addresses of the machine Rumbo runs on. */

/** Whether this host is the machine we run on; such requests are never proxied. @param hostname of a URL */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    name === '::1' ||
    // 127.0.0.0/8 within IPv6.
    /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(name) ||
    /^127(?:\.\d{1,3}){3}$/.test(name)
  );
}

/** Whether requests to this address travel unencrypted over a network. */
export const isUnencrypted = (address: string): boolean => {
  const url = URL.parse(address);
  return url?.protocol === 'http:' && !isLoopback(url.hostname);
};
