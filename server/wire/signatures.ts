/**
 * Signatures: what a service wants back unchanged with reasoning, text or a call, and only models of the same vendor can
 * read. Each begins with its vendor, so that one of another vendor is never sent.
 */
import { parseJsonObject } from './json-object.ts';

/** `openai`: its Responses API. `openai-chat`: copies of Chat Completions that want reasoning back. */
export const signatureVendors = ['anthropic', 'openai', 'gemini', 'openai-chat'] as const;
export type SignatureVendor = (typeof signatureVendors)[number];

/** @param payload what the service sent */
export const sealSignature = (vendor: SignatureVendor, payload: string): string => `${vendor}:${payload}`;

/** The vendor that made a signature. `undefined`: there is none, or nothing tells. */
export function signatureVendor(signature: string | undefined): SignatureVendor | undefined {
  if (!signature) return undefined;
  return signatureVendors.find((vendor) => signature.startsWith(`${vendor}:`)) ?? vendorByShape(signature);
}

/** What this vendor sent. `undefined`: nothing, or another one did. */
export function unsealSignature(vendor: SignatureVendor, signature: string | undefined): string | undefined {
  if (!signature || signatureVendor(signature) !== vendor) return undefined;
  return signature.startsWith(`${vendor}:`) ? signature.slice(vendor.length + 1) : signature;
}

/** The signature with its vendor, for a client that may send it to any. */
export function sealedSignature(signature: string): string {
  const vendor = signatureVendor(signature);
  return vendor && !signature.startsWith(`${vendor}:`) ? sealSignature(vendor, signature) : signature;
}

/** The signature for a client of this vendor's wire: one of the vendor itself as the vendor wrote it. */
export const signatureForClient = (vendor: SignatureVendor, signature: string): string =>
  unsealSignature(vendor, signature) ?? sealedSignature(signature);

/** What such a client sends back: without a vendor it is from this one, perhaps from before the client came to Rumbo. */
export const signatureFromClient = (vendor: SignatureVendor, text: string): string =>
  signatureVendors.some((each) => text.startsWith(`${each}:`)) ? text : sealSignature(vendor, text);

/** Calls may have a signature as it was sent, without its vendor. */
function vendorByShape(signature: string): SignatureVendor | undefined {
  if (signature.startsWith('[')) return 'anthropic';
  if (signature.startsWith('{')) {
    const sealed = parseJsonObject(signature) as Readonly<Record<string, unknown>> | undefined;
    if (!sealed) return undefined;
    if ('reasoning_content' in sealed || 'reasoning_details' in sealed) return 'openai-chat';
    return sealed['type'] === 'reasoning' ? 'openai' : undefined;
  }
  return base64.test(signature) ? 'gemini' : undefined;
}

/** Also Gemini's words that replace a signature. https://ai.google.dev/gemini-api/docs/thought-signatures */
const base64 = /^[\w+/-]+={0,2}$/;
