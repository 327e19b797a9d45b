/** Requests adapted to what a model's refusals stated. */
import { type EngineRequest, isFill, isText } from '../../shared/chat.ts';
import type { RequestRules } from '../../shared/request-rules.ts';
import { jsonOutline } from '../platform/json-body.ts';
import { applyRequestRules } from '../wire/apply-rules.ts';
import { mergeRequestRules, readRefusal, withoutRejectedFields } from '../wire/request-refusals.ts';
import type { ErrorResponse, WireFormat, WireRequest } from '../wire/wire-format.ts';

/** What the models of one provider require of their requests, as far as refusals stated it. */
export type RulesByModel = {
  of(model: string): RequestRules;
  add(model: string, rules: RequestRules): void;
};

export function memoryRules(): RulesByModel {
  const byModel = new Map<string, RequestRules>();
  return {
    of: (model) => byModel.get(model) ?? noRules,
    add(model, rules) {
      byModel.set(model, mergeRequestRules(byModel.get(model) ?? noRules, rules));
    },
  };
}

const noRules: RequestRules = {};

/** A request that no refusal has to adapt more often: each one states something else. */
const maxAdaptions = 8;

type AdaptableWire = Pick<WireFormat, 'rejectedField' | 'withoutField'>;

/** @param chatRules of chat requests; other forms have rules of their own, which are kept as long as the engine */
export function requestAdapter(wire: AdaptableWire, chatRules: RulesByModel = memoryRules()) {
  const otherRules = memoryRules();

  /** @param request absent: its body is encoded already, and only fields of it can be left out */
  return <Request extends EngineRequest>(
    model: string,
    encode: (request?: Request) => WireRequest,
    request?: Request,
  ) => {
    const form = formOf(request);
    const [rules, name] = form === 'chat' ? [chatRules, model] : [otherRules, `${form} ${model}`];
    let adapted: RequestRules = noRules;
    let promptTokens: number | undefined;
    let adaptions = 0;
    /** Bodies that were refused. */
    const refusedBodies = new Set<string>();
    const currentRules = (): RequestRules => mergeRequestRules(rules.of(name), adapted);
    const encodeWithin = (current: RequestRules): WireRequest =>
      withoutRejectedFields(
        encode(request && applyRequestRules(request, current, promptTokens)),
        current,
        wire,
      );
    let sent = encodeWithin(currentRules());
    return {
      /** As the model has to be asked, by all that is known. */
      request: () => sent,
      /** Adapts the request to this refusal. `false`: it is not about how to ask, or the request cannot fit. */
      adaptTo(response: ErrorResponse): boolean {
        const current = currentRules();
        const refused = { sent, rules: current, adapted, ...(request ? { request } : {}) };
        const adaption = adaptions < maxAdaptions ? readRefusal(response, refused, wire) : undefined;
        if (!adaption) return false;
        adaptions += 1;
        if (!adaption.isOnce && !isAboutConversation(adaption.rules)) rules.add(name, adaption.rules);
        adapted = mergeRequestRules(adapted, adaption.rules);
        promptTokens = adaption.promptTokens ?? promptTokens;
        if (!adaption.fits) return false;
        const next = encodeWithin(currentRules());
        // The same request would get the same refusal.
        refusedBodies.add(jsonOutline(sent));
        if (refusedBodies.has(jsonOutline(next))) return false;
        sent = next;
        return true;
      },
    };
  };
}

/** What a model rejects in the messages of one conversation, it may accept in those of another. */
const isAboutConversation = ({ rejectedFields }: RequestRules): boolean =>
  Object.keys(rejectedFields ?? {}).some((name) => /^(?:messages|contents)\./.test(name));

const formOf = (request: EngineRequest | undefined): 'chat' | 'fill' | 'text' | 'encoded' => {
  if (!request) return 'encoded';
  return isFill(request) ? 'fill' : isText(request) ? 'text' : 'chat';
};
