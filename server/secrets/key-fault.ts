/** Why a key cannot be saved or sent, before any store is asked. */

/** Bytes of a key; the keychain of Windows accepts no more. */
const maxKeyBytes = 2_500;

/** One sentence, never with the key. `undefined`: it is valid. */
export function keyFault(key: string): string | undefined {
  if (key.trim() === '') return 'The key is empty.';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
  if (/[\s\u0000-\u001f\u007f]/.test(key))
    return 'A key has no spaces or line breaks; check the pasted text.';
  if (Buffer.byteLength(key) > maxKeyBytes) return `The key is longer than ${maxKeyBytes} bytes.`;
  return;
}
