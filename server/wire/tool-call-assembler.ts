/**
 * Assembles tool calls from the fragments of a stream. Services name the call of a fragment by id, by index or only by
 * its position; some give every call the same index, some repeat or change the id in each fragment, and some repeat the
 * name or all arguments so far. https://platform.openai.com/docs/api-reference/chat-streaming
 */
import type { ToolCall } from '../../shared/content.ts';
import { beginsArguments, type JsonProgress, jsonProgress, readArguments } from './tool-arguments.ts';
import { toolNameOf } from './tool-names.ts';

/** One fragment as a service sent it; each leaf may be missing or of another type. */
export type ToolCallFragment = {
  readonly id?: unknown;
  readonly index?: unknown;
  readonly name?: unknown;
  /** A piece of the arguments' JSON text, or the arguments as an object. */
  readonly input?: unknown;
  /** The input is the whole of it: it replaces what came before. Absent: it follows that. */
  readonly isWhole?: boolean;
  /** What the service wants back with the call. */
  readonly signature?: string | undefined;
  /** The tool takes plain text; later fragments of the call need not repeat it. */
  readonly isCustom?: boolean;
  readonly namespace?: unknown;
};

export type AssembledCalls = {
  readonly calls: readonly ToolCall[];
  /** The names of calls whose arguments are not whole; they are not in `calls`. */
  readonly broken: readonly string[];
};

type OpenCall = {
  id: string;
  index: number | undefined;
  position: number;
  name: string;
  /** It began without a name. */
  readonly isNameless: boolean;
  input: string;
  /** It began with an object that is empty: its arguments, or what precedes their first piece. */
  hasEmptyObject: boolean;
  progress: JsonProgress;
  /** The latest fragment of the input while each contained the one before it. `undefined`: they are pieces. */
  snapshot: string | undefined;
  signature: string | undefined;
  isCustom: boolean;
  namespace: string | undefined;
};

/** A fragment with its leaves checked. */
type Fragment = {
  readonly id: string;
  readonly index: number | undefined;
  readonly name: string;
  readonly input: string;
  readonly isWhole: boolean;
  readonly hasEmptyObject: boolean;
  readonly signature: string | undefined;
  readonly isCustom: boolean;
  readonly namespace: string | undefined;
};

/** @param toolNames the tools of the request, which show where a name ends. Empty: unknown */
export function toolCallAssembler(toolNames: readonly string[] = []) {
  const names = new Set(toolNames);
  const calls: OpenCall[] = [];

  return {
    /** The fragments of one event, in their order. */
    add(fragments: readonly (ToolCallFragment | null | undefined)[]): void {
      const taken: OpenCall[] = [];
      for (const [position, each] of fragments.entries()) {
        if (!each) continue;
        const checked = checkedFragment(each);
        const found = findCall(calls, checked, position, fragments.length > 1);
        const fragment = withoutPlaceholder(checked, found);
        const isSame = found && !startsAnother(found, fragment, names, taken.includes(found));
        const call = isSame ? found : begin(fragment, position, found);
        taken.push(call);
        merge(call, fragment, names);
      }
    },
    /** The number of calls so far. */
    count: () => calls.length,
    /**
     * The calls at the end of the answer. Each is returned once.
     * @param isCut the answer stopped at a limit: a call without arguments may be cut before them
     */
    finish(isCut: boolean): AssembledCalls {
      const whole: ToolCall[] = [];
      const broken: string[] = [];
      for (const call of calls.splice(0)) {
        call.name = toolNameOf(call.name, call.id, names);
        const input = call.name === '' ? undefined : call.isCustom ? call.input : wholeInput(call, isCut);
        const last = whole.at(-1);
        // Arguments that came whole before their pieces, or again after them.
        if (call.isNameless && input !== undefined && last && isSameJson(input, last.input)) continue;
        if (input !== undefined) whole.push(toToolCall(call, input, whole));
        else if (call.name !== '' || call.input !== '') broken.push(call.name);
      }
      return { calls: whole, broken };
    },
  };

  /** @param before the call that the fragment would have belonged to; without a name of its own it calls the same tool */
  function begin({ id, index, name }: Fragment, position: number, before: OpenCall | undefined): OpenCall {
    const call = {
      // Where another call has the same id, this one gets its own.
      id: calls.some((each) => each.id === id) ? '' : id,
      index,
      position,
      name: name === '' ? (before?.name ?? '') : '',
      isNameless: name === '',
      input: '',
      hasEmptyObject: false,
      progress: jsonProgress(),
      snapshot: '',
      signature: undefined,
      isCustom: false,
      namespace: undefined,
    };
    calls.push(call);
    return call;
  }
}

export type ToolCallAssembler = ReturnType<typeof toolCallAssembler>;

const checkedFragment = ({
  id,
  index,
  name,
  input,
  isWhole,
  signature,
  isCustom,
  namespace,
}: ToolCallFragment): Fragment => ({
  id: typeof id === 'string' || typeof id === 'number' ? String(id).trim() : '',
  index:
    typeof index === 'number' || (typeof index === 'string' && /^\d+$/.test(index))
      ? Number(index)
      : undefined,
  name: typeof name === 'string' ? name.trim() : '',
  input: inputText(input),
  isWhole: isWhole === true || (typeof input === 'object' && input !== null),
  hasEmptyObject: isCustom !== true && isEmptyObject(input),
  signature,
  isCustom: isCustom === true,
  namespace: typeof namespace === 'string' && namespace !== '' ? namespace : undefined,
});

function inputText(input: unknown): string {
  if (typeof input === 'string') return input;
  return typeof input === 'object' && input !== null ? JSON.stringify(input) : '';
}

/** An empty object is what services send before the first piece; within the arguments it is a piece of them. */
function withoutPlaceholder(fragment: Fragment, call: OpenCall | undefined): Fragment {
  if (!fragment.hasEmptyObject || call?.isCustom) return fragment;
  const isPiece =
    !fragment.isWhole && call !== undefined && call.input.trim() !== '' && call.progress.closedAt() < 0;
  return isPiece ? { ...fragment, hasEmptyObject: false } : { ...fragment, input: '' };
}

const isEmptyObject = (input: unknown): boolean =>
  typeof input === 'string'
    ? /^\s*\{\s{0,8}\}\s*$/.test(input)
    : typeof input === 'object' && input !== null && Object.keys(input).length === 0;

/**
 * The call that a fragment may belong to: by id, then index, then position.
 * @param isOneOfSeveral other fragments arrived with it: without an index their positions tell them apart
 */
function findCall(
  calls: readonly OpenCall[],
  { id, index, name }: Fragment,
  position: number,
  isOneOfSeveral: boolean,
): OpenCall | undefined {
  const sameId = id === '' ? undefined : calls.findLast((call) => call.id === id);
  // One id for calls of several indices names none of them.
  if (sameId && (index === undefined || sameId.index === undefined || sameId.index === index)) return sameId;
  const sameIndex = index === undefined ? undefined : calls.findLast((call) => call.index === index);
  if (sameIndex) return sameIndex;
  // The first fragments had no index, or another one than the rest.
  if (index !== undefined) return id === '' && name === '' ? callWithoutIndex(calls) : undefined;
  if (sameId) return undefined;
  if (!isOneOfSeveral) return calls.at(-1);
  return calls.findLast((call) => call.position === position) ?? (name === '' ? calls.at(-1) : undefined);
}

function callWithoutIndex(calls: readonly OpenCall[]): OpenCall | undefined {
  const last = calls.at(-1);
  return (
    calls.findLast((call) => call.index === undefined) ??
    (last && last.progress.closedAt() < 0 ? last : undefined)
  );
}

/**
 * Whether a fragment begins another call than the one that its id, index or position names.
 * @param isTaken another fragment of the same event belongs to that call
 */
function startsAnother(
  call: OpenCall,
  { id, name, input, isWhole, index }: Fragment,
  names: ReadonlySet<string>,
  isTaken: boolean,
): boolean {
  const hasOtherId = id !== '' && call.id !== '' && id !== call.id;
  if (isTaken) return name !== '' || hasOtherId;
  const isClosed = !call.isCustom && call.progress.closedAt() >= 0;
  const isRepeated = input === call.input || input === call.snapshot;
  if (isClosed) {
    if (hasOtherId && name !== '') return true;
    if (name !== '' && call.name !== '' && isOtherName(call, name, names)) return true;
    return !isRepeated && !(isWhole && id !== '' && id === call.id) && beginsArguments(input);
  }
  if (name === '') return false;
  // Ollama sends whole calls, and nothing that tells them apart.
  if (call.hasEmptyObject && call.input === '' && isWhole && id === '' && index === undefined) return true;
  // Where each fragment has an id of its own, a call continues with its arguments.
  if (hasOtherId) return call.input === '' || beginsArguments(input) || name !== call.name;
  // A name that grows, although what came of it is a tool of its own.
  if (id !== '' && id === call.id && call.input === '' && name.startsWith(call.name)) return false;
  return names.has(call.name) && names.has(name) && isOtherName(call, name, names);
}

/** Neither the same name, nor more of it, nor its next piece. */
const isOtherName = (call: OpenCall, name: string, names: ReadonlySet<string>): boolean =>
  name !== call.name &&
  (mergedName(call, name, names) === call.name ||
    (names.has(call.name) && names.has(name) && !names.has(call.name + name)));

function merge(
  call: OpenCall,
  { id, index, name, input, isWhole, hasEmptyObject, signature, isCustom, namespace }: Fragment,
  names: ReadonlySet<string>,
): void {
  if (call.id === '') call.id = id;
  call.index ??= index;
  call.signature ??= signature;
  call.isCustom ||= isCustom;
  call.namespace ??= namespace;
  call.name = mergedName(call, name, names);
  call.hasEmptyObject ||= hasEmptyObject;
  if (input === '') return;
  if (isWhole) {
    call.input = '';
    call.progress = jsonProgress();
  } else if (
    !call.isCustom &&
    call.progress.closedAt() >= 0 &&
    (input === call.input || input === call.snapshot)
  )
    return;
  call.input += input;
  call.progress.push(input);
  call.snapshot = call.snapshot !== undefined && input.startsWith(call.snapshot) ? input : undefined;
}

/** Services send a name once, in pieces, as it grows, or whole in each fragment. */
function mergedName({ name: before, input }: OpenCall, name: string, names: ReadonlySet<string>): string {
  if (name === '' || before === '') return before || name;
  const joined = before + name;
  if (names.has(joined) && !(names.has(before) && names.has(name))) return joined;
  if (name.startsWith(before)) return name;
  return input === '' && !names.has(before) ? joined : before;
}

function wholeInput(
  { input, hasEmptyObject, snapshot, progress }: OpenCall,
  isCut: boolean,
): string | undefined {
  const closedAt = progress.closedAt();
  if (input.trim() === '') return isCut && !hasEmptyObject ? undefined : '{}';
  return readArguments(input, closedAt) ?? (snapshot === undefined ? undefined : readArguments(snapshot, -1));
}

const isSameJson = (one: string, other: string): boolean =>
  one === other || JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));

function toToolCall(
  { id, name, signature, isCustom, namespace }: OpenCall,
  input: string,
  before: readonly ToolCall[],
): ToolCall {
  const isUsed = (each: string): boolean => before.some((call) => call.id === each);
  let number = before.length;
  while (isUsed(`call_${number}`)) number += 1;
  return {
    id: id === '' || isUsed(id) ? `call_${number}` : id,
    name,
    input,
    ...(namespace === undefined ? {} : { namespace }),
    ...(isCustom ? { isCustom: true } : {}),
    ...(signature ? { signature } : {}),
  };
}
