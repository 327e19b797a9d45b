/** Tool calls, assembled from the fragments in which services send them. */
import { parseJsonObject } from './json-object.ts';

/** A fragment of a call; the leaves are checked here, since services differ in all of them. */
export type ToolCallFragment = {
  readonly id?: unknown;
  readonly index?: unknown;
  readonly name?: unknown;
  /** Text to be appended, or the whole as an object. */
  readonly input?: unknown;
  /** Position among the calls of its event, where there are several. */
  readonly position?: number;
};

export type AssembledCall = {
  readonly id: string;
  readonly name: string;
  /** A JSON object. */
  readonly input: string;
  /** What the service requires back with the call. Absent: nothing. */
  readonly signature?: string;
};

type OpenCall = {
  id: string;
  readonly index: unknown;
  name: string;
  input: string;
  /** The fragment that came last. */
  lastInput: string;
  signature?: string;
};

/**
 * Assembles the calls of one answer. A fragment belongs to the call with its id, else with its index, else to the call that
 * is open; a fragment that cannot continue that call (its arguments are whole, and it names a function) begins another one.
 */
export function toolCallAssembler() {
  let calls: OpenCall[] = [];
  let returnedCount = 0;
  let hasCutCall = false;

  const begin = (id: string, index: unknown): OpenCall => {
    const call: OpenCall = { id, index, name: '', input: '', lastInput: '' };
    calls.push(call);
    return call;
  };
  const callOf = ({ id, index, name, position }: ToolCallFragment): OpenCall => {
    const fragmentId = textOf(id);
    const place = index ?? position;
    const byId = fragmentId ? calls.findLast((call) => call.id === fragmentId) : undefined;
    if (byId) return byId;
    const open = place === undefined ? calls.at(-1) : calls.findLast((call) => call.index === place);
    if (!open || !continues(open, fragmentId, textOf(name))) return begin(fragmentId, place);
    if (fragmentId && !open.id) open.id = fragmentId;
    return open;
  };

  return {
    /** Returns whether a call begins with it. */
    add(fragment: ToolCallFragment): boolean {
      const count = calls.length;
      const call = callOf(fragment);
      addName(call, textOf(fragment.name));
      addInput(call, fragment.input);
      return calls.length > count;
    },
    /** The signature of the call that is open. */
    sign(signature: string): void {
      const call = calls.at(-1);
      if (call) call.signature = signature;
    },
    /** A call has begun, complete or not. */
    get hasCalls() {
      return calls.length > 0 || returnedCount > 0;
    },
    /** `flush` left out a call that was cut. */
    get hasCutCall() {
      return hasCutCall;
    },
    /**
     * The calls in the order of their beginning, each once; one without a name, or whose arguments are no JSON object, is
     * left out.
     * @param isCut the answer reached a limit: a last call without arguments had not come to them
     */
    flush(isCut: boolean): readonly AssembledCall[] {
      const flushed = calls.flatMap((call, index) => {
        const isUnfinished = isCut && index === calls.length - 1 && call.input === '';
        const input = isUnfinished ? undefined : wholeInput(call);
        if (!call.name || input === undefined) {
          hasCutCall ||= call.name !== '' || call.input !== '';
          return [];
        }
        const id = call.id || `call_${returnedCount}`;
        returnedCount += 1;
        const { name, signature } = call;
        return [{ id, name, input, ...(signature === undefined ? {} : { signature }) }];
      });
      calls = [];
      return flushed;
    },
  };
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** Whether a fragment may belong to the call that its place leads to. */
function continues(open: OpenCall, id: string, name: string): boolean {
  if (!id || !open.id) {
    // Without ids two calls of one place differ in their beginning: a name, after arguments that are whole.
    return (
      name === '' ||
      open.name === '' ||
      (open.input === '' ? true : !isWhole(open.input) && isSameName(open.name, name))
    );
  }
  // Another id begins another call, but some services make up an id for each fragment.
  return name === '' || (open.input !== '' && !isWhole(open.input) && isSameName(open.name, name));
}

const isSameName = (name: string, again: string): boolean => name === again || again.startsWith(name);

/** A name arrives whole, in fragments, or again in each fragment, but not after the arguments have begun. */
function addName(call: OpenCall, name: string): void {
  if (name === '' || name === call.name) return;
  if (name.startsWith(call.name)) call.name = name;
  else if (call.input === '') call.name += name;
}

function addInput(call: OpenCall, input: unknown): void {
  if (typeof input === 'object' && input !== null) {
    // The arguments as an object; an empty one stands before the fragments.
    const whole = JSON.stringify(input);
    if (whole === '{}' && call.input !== '') return;
    call.input = whole === '{}' ? '' : whole;
    call.lastInput = call.input;
    return;
  }
  if (typeof input !== 'string' || input === '') return;
  // The whole once more, at the end.
  if (input === call.input && isWhole(input)) return;
  call.input += input;
  call.lastInput = input;
}

const isWhole = (input: string): boolean => unquoted(input) !== undefined;

/** The arguments as a JSON object. `undefined`: they are cut, or no JSON object. */
function wholeInput({ input, lastInput }: OpenCall): string | undefined {
  if (input.trim() === '') return '{}';
  return unquoted(input) ?? (lastInput === input ? undefined : unquoted(lastInput));
}

/** A JSON object, or one that is quoted as a JSON text. */
function unquoted(input: string): string | undefined {
  if (parseJsonObject(input)) return input;
  if (!input.trimStart().startsWith('"')) return;
  try {
    const text: unknown = JSON.parse(input);
    return typeof text === 'string' && parseJsonObject(text) ? text : undefined;
  } catch {
    return;
  }
}
