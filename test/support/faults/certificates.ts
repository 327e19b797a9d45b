/** Certificates that sign themselves, made when they are needed: nothing to expire, no key in the repository. https://www.rfc-editor.org/rfc/rfc5280 */
import { generateKeyPairSync, sign } from 'node:crypto';

export type Certificate = { readonly key: string; readonly cert: string };

/** @param host a DNS name or an IPv4 address, the only one it is good for */
export function certificateFor(host: string, { expired = false } = {}): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(
    set(sequence(oid(commonName), tagged(0x0c, Buffer.from(expired ? `${host}, expired` : host)))),
  );
  const year = new Date().getUTCFullYear();
  const about = sequence(
    tagged(0xa0, integer(2)),
    integer(1),
    sequence(oid(ecdsaWithSha256)),
    name,
    sequence(firstOf(year - 2), firstOf(expired ? year - 1 : year + 2)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(sequence(oid(alternativeName), octets(sequence(alternative(host)))))),
  );
  const signature = sign('sha256', about, privateKey);
  const whole = sequence(
    about,
    sequence(oid(ecdsaWithSha256)),
    tagged(0x03, Buffer.concat([Buffer.of(0), signature])),
  );
  // Not one line more: an empty one is no part of a certificate.
  const lines = whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

const commonName = [0x55, 0x04, 0x03];
const alternativeName = [0x55, 0x1d, 0x11];
const ecdsaWithSha256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
const set = (...parts: readonly Buffer[]): Buffer => tagged(0x31, ...parts);
const octets = (part: Buffer): Buffer => tagged(0x04, part);
const oid = (bytes: readonly number[]): Buffer => tagged(0x06, Buffer.from(bytes));

/** @param value below 128 */
const integer = (value: number): Buffer => tagged(0x02, Buffer.of(value));

/** The first moment of a year. */
const firstOf = (year: number): Buffer => tagged(0x17, Buffer.from(`${year % 100}0101000000Z`));

const alternative = (host: string): Buffer =>
  /^\d+\.\d+\.\d+\.\d+$/.test(host)
    ? tagged(0x87, Buffer.from(host.split('.').map(Number)))
    : tagged(0x82, Buffer.from(host));
