/** The features of a request that a model answers without: its receipt names them. */
import type { AskParams } from '../../shared/ask.ts';
import type { WireName } from '../../shared/content.ts';
import { type Feature, featurePolicies } from '../../shared/features.ts';
import type { MessagePart } from '../../shared/message-parts.ts';
import type { Model } from '../../shared/models.ts';
import { type SignatureVendor, signatureVendor } from '../wire/signatures.ts';
import { requestFeatures } from './request-features.ts';

/** @param unsupported what its service has nothing for, by what is known after the answer */
export function droppedFeatures(
  params: AskParams,
  { abilities, wire }: Pick<Model, 'abilities' | 'wire'>,
  unsupported: readonly Feature[] = [],
): readonly Feature[] {
  const lacks = (feature: Feature): boolean => {
    const { ability } = featurePolicies[feature];
    return unsupported.includes(feature) || (ability !== undefined && abilities[ability] === false);
  };
  return requestFeatures(params).drop.filter((feature) => lacks(feature) || isForeign(feature, params, wire));
}

/** Vendors whose signatures the services of a wire read. */
const vendorsBy: Readonly<Record<WireName, SignatureVendor | undefined>> = {
  'openai-chat': 'openai-chat',
  'openai-responses': 'openai',
  'anthropic-messages': 'anthropic',
  'gemini-generate-content': 'gemini',
  'ollama-chat': undefined,
};

/** What one service has made is of no use to another one, although that has the feature. */
function isForeign(feature: Feature, params: AskParams, wire: WireName | undefined): boolean {
  if (wire === undefined) return false;
  switch (feature) {
    case 'hostedTools':
      return params.tools?.some((tool) => tool.type === 'hosted' && tool.wire !== wire) ?? false;
    case 'hostedItems':
      return hasPart(params, (part) => part.type === 'hosted' && part.wire !== wire);
    case 'reasoningSignatures':
      return hasPart(
        params,
        (part) =>
          part.type === 'reasoning' &&
          !!part.signature &&
          signatureVendor(part.signature) !== vendorsBy[wire],
      );
    default:
      return false;
  }
}

const hasPart = ({ messages = [] }: AskParams, isWanted: (part: MessagePart) => boolean): boolean =>
  messages.some(({ content }) => typeof content !== 'string' && content.some(isWanted));
