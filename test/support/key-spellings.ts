/** The spellings in which services, proxies and logs repeat a key, and what of a key must not be left. */
const hexOf = (text: string) => Buffer.from(text).toString('hex');
const percentOf = (text: string) => hexOf(text).replace(/../g, '%$&');

/** Each spelling of a key that a service, a proxy or a log may give. */
export const keySpellings: Readonly<Record<string, (key: string) => string>> = {
  plain: (each) => `Incorrect API key provided: ${each}. You can find your key at x.test.`,
  'in quotes': (each) => `{"error":{"message":"bad key \\"${each}\\""}}`,
  'after Bearer': (each) => `authorization: Bearer ${each}`,
  'percent-encoded, upper case': (each) => `GET /v1?k=${percentOf(each).toUpperCase()}&b=1`,
  'percent-encoded, lower case': (each) => `GET /v1?k=${percentOf(each)}&b=1`,
  'percent-encoded twice': (each) => `next=${percentOf(each).replaceAll('%', '%25')}`,
  'escapes of JSON': (each) => `"${each.replace(/./g, (one) => `\\u00${hexOf(one)}`)}"`,
  'escapes of JSON within JSON': (each) => `"${each.replace(/./g, (one) => `\\\\u00${hexOf(one)}`)}"`,
  'escapes of JavaScript': (each) => each.replace(/./g, (one) => `\\x${hexOf(one)}`),
  'entities of HTML': (each) => each.replace(/./g, (one) => `&#${one.charCodeAt(0)};`),
  'hexadecimal entities of HTML': (each) => each.replace(/./g, (one) => `&#x${hexOf(one)};`),
  base64: (each) => `key (${Buffer.from(each).toString('base64')})`,
  'base64 for URLs': (each) => Buffer.from(each).toString('base64url'),
  'basic, as a password': (each) => `Basic ${Buffer.from(`me:${each}`).toString('base64')}`,
  'basic, as a user name': (each) => `Basic ${Buffer.from(`${each}:`).toString('base64')}`,
  'basic, with a user of two letters more': (each) => Buffer.from(`user:${each}`).toString('base64'),
  'hexadecimal digits': hexOf,
  'upper case': (each) => each.toUpperCase(),
  'a query': (each) => `https://x.test/v1/models?key=${each}&alt=sse`,
  'user information': (each) => `https://me:${each}@x.test/v1`,
  'over two lines': (each) => `${each.slice(0, 20)}\n${each.slice(20)}`,
  'over lines with a quote mark': (each) => `"${each.slice(0, 18)}" +\n  "${each.slice(18)}"`,
  'an escaped line end': (each) => `${each.slice(0, 20)}\\n${each.slice(20)}`,
  'with blanks': (each) => [...each].join(' '),
  'with an ellipsis': (each) => `${each.slice(0, 15)}…${each.slice(15)}`,
  'with three dots': (each) => `${each.slice(0, 15)}...${each.slice(15)}`,
  'with tags': (each) => `${each.slice(0, 15)}<wbr>${each.slice(15)}`,
  'with colours of a terminal': (each) => `${each.slice(0, 15)}\u001b[31m${each.slice(15)}`,
  'in full width': (each) => each.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
  'a beginning of it': (each) => `The key begins with ${each.slice(0, 20)}`,
  'an end of it': (each) => `${each.slice(-14)} is not a key`,
  'masked with asterisks': (each) => `${each.slice(0, 7)}****************${each.slice(-4)}`,
  'masked with an ellipsis': (each) => `${each.slice(0, 7)}…${each.slice(-4)}`,
};

/** Five letters in a row of each spelling that stands for the key; its beginning tells nothing. */
export function keyPieces(sent: string): string[] {
  const found: string[] = [];
  for (const spelling of [sent, hexOf(sent), Buffer.from(sent).toString('base64')]) {
    const letters = lettersIn(spelling).replace(/^skproj/, '');
    const length = spelling === sent ? 5 : 9;
    for (let at = 0; at + length <= letters.length; at++) found.push(letters.slice(at, at + length));
  }
  return found;
}
/** Letters and digits only, in lower case. */
export const lettersIn = (text: string) => text.replace(/[^a-z\d]/gi, '').toLowerCase();
