/** Requests without the fields that a service has rejected before. */
import type { ErrorResponse, WireFormat, WireRequest } from '../wire/wire-format.ts';

/** Fields that are dropped for one model at most; a service that rejects more has another problem with the request. */
const maxDropped = 6;

/** Remembers for each model which fields it rejected, so that later requests are sent without them. */
export function unsupportedFieldDropper({ dropUnsupportedField }: Pick<WireFormat, 'dropUnsupportedField'>) {
  const rejections = new Map<string, ErrorResponse[]>();

  return (model: string, whole: WireRequest) => {
    const target = `${whole.path} ${model}`;
    let request = whole;
    let applied = 0;
    /** Applies every rejection so far, each once: some also name the field to use instead. */
    const applyAll = (): void => {
      const all = rejections.get(target) ?? [];
      for (; applied < all.length; applied++) {
        const rejection = all[applied];
        if (rejection) request = dropUnsupportedField?.(request, rejection) ?? request;
      }
    };
    applyAll();
    return {
      /** Without the fields that this model has rejected so far. */
      get request() {
        return request;
      },
      /** Drops the field that this error names. `false`: it names none of ours, and the error is final. */
      dropNamedBy(response: ErrorResponse): boolean {
        const all = rejections.get(target) ?? [];
        // Another request may have had the same rejection meanwhile.
        if (all.length === applied) {
          if (applied >= maxDropped || !dropUnsupportedField?.(request, response)) return false;
          rejections.set(target, [...all, response]);
        }
        applyAll();
        return true;
      },
    };
  };
}
