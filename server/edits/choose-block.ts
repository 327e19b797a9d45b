/** Which block of an answer is the new code: not the old code, an example of use, a command, its output or another file. */

import { languageIdOf } from './language-ids.ts';
import type { CodeBlock } from './markdown-blocks.ts';
import { isDocumentLanguage } from './markdown-blocks.ts';
import { selectionMarks } from './selected-part.ts';

export type ReplacedCode = {
  /** The name of the file, without its folders. */
  readonly name: string;
  readonly languageId: string;
  /** The text that the code replaces. */
  readonly text: string;
  readonly fileText: string;
};

/** What a block is in its answer. */
export type BlockRole = 'code' | 'old' | 'example' | 'command' | 'output' | 'other-file';

const shells =
  /^(?:sh|bash|shell|zsh|fish|console|shell-session|shellsession|terminal|powershell|ps1|pwsh|cmd|bat|batch)$/;
/** Files whose code models label as a shell's. */
const shellFiles =
  /^(?:shellscript|bat|powershell|dockerfile|makefile|dotenv|properties|ini|plaintext|ignore|just|fish|zsh|github-actions-workflow|nginx|apacheconf)$/;
const outputs = /^(?:text|txt|plaintext|output|console|log|stdout|result|none)$/;
const command =
  /^\s*(?:[$>#]\s*)?(?:npm|npx|yarn|pnpm|bun|deno|node|pip3?|pipx|uv|poetry|python3?|go|cargo|rustup|dotnet|mvn|gradle|\.\/|docker|kubectl|git|cd|mkdir|touch|cp|mv|rm|curl|wget|apt|apt-get|brew|make|cmake|export|echo|sudo|source|chmod|code|tsc|jest|vitest|pytest|ruff|eslint)\b/;

const oldLabel =
  /\b(?:before|old|original(?:ly)?|current(?:ly)?|previous(?:ly)?|antes|actual(?:mente)?|anterior|viej[oa]|vorher|avant)\b/i;
/** The old code only if the file has it. */
const perhapsOldLabel = /\b(?:existing|instead of|replace|change|from|find|was|had|remove|delete)\b/i;
const newLabel =
  /\b(?:after|new|updated?|with|to|into|fix(?:ed)?|corrected|improved|refactored|final|result|now|should be|becomes?|despu\u00e9s|nuev[oa]|corregid[oa]|actualizad[oa]|por|nachher|neu|apr\u00e8s|nouveau)\b/i;
const exampleLabel =
  /\b(?:usage|use (?:it|this|the)|using (?:it|this|the)|example|call(?:ing)? (?:it|this)|test(?:s|ing)? (?:it|this|for)|try (?:it|this)|run (?:it|this)|demo|unit tests?|uso|usar(?:l[oa])?|ejemplo|probar(?:l[oa])?|beispiel|exemple)\b/i;
const alternativeLabel = /\b(?:option|alternativ\w*|approach|or|variant|version \d|opci\u00f3n)\b/i;

export type ChosenBlocks =
  | { readonly type: 'one'; readonly block: CodeBlock }
  /** Several blocks are new code. */
  | { readonly type: 'several'; readonly blocks: readonly CodeBlock[] }
  /** None is new code. */
  | { readonly type: 'none' };

/** More blocks than any answer has. */
const maxBlocks = 60;

/** @param replaced what the code replaces. Absent: it is for no file */
export function chooseBlocks(blocks: readonly CodeBlock[], replaced?: ReplacedCode): ChosenBlocks {
  if (blocks.length > maxBlocks) return { type: 'several', blocks };
  const roles = blocks.map((block) => roleOf(block, blocks, replaced));
  const of = (role: BlockRole) => blocks.filter((_, at) => roles[at] === role);
  const candidates = [of('code'), of('example'), of('output')].find((each) => each.length > 0);
  if (!candidates) {
    // Without a file, a command may be all that was asked for.
    const commands = replaced ? [] : of('command');
    return commands.length > 0 ? chooseOne(commands) : { type: 'none' };
  }
  return chooseOne(candidates, replaced);
}

function chooseOne(candidates: readonly CodeBlock[], replaced?: ReplacedCode): ChosenBlocks {
  const named = replaced ? candidates.filter((block) => pathOf(block) === replaced.name) : [];
  let blocks = named.length > 0 ? named : candidates;
  const sameLanguage = blocks.filter(
    ({ language }) => !replaced || language === '' || languageIdOf(language) === replaced.languageId,
  );
  if (sameLanguage.length > 0) blocks = sameLanguage;
  blocks = blocks.filter(
    (block, at) =>
      !blocks.some(
        (other, index) => index !== at && contains(other, block) && (index > at || !contains(block, other)),
      ),
  );
  const [first] = blocks;
  if (!first) return { type: 'none' };
  if (blocks.length === 1) return { type: 'one', block: first };
  const labelled = blocks.filter((block) => newLabel.test(labelOf(block)));
  const [only] = labelled;
  const last = blocks.at(-1);
  if (only && labelled.length === 1 && only === last && !isPart(only)) return { type: 'one', block: only };
  if (blocks.slice(1).every((block) => alternativeLabel.test(labelOf(block))))
    return { type: 'one', block: first };
  const [longest, second] = blocks.toSorted((a, b) => b.text.length - a.text.length);
  if (longest && (!replaced || longest.text.length >= 3 * (second?.text.length ?? 0)))
    return { type: 'one', block: longest };
  return { type: 'several', blocks };
}

/** “Add this new import” introduces a part, not the whole. */
const isPart = (block: CodeBlock): boolean =>
  /\b(?:import|add|also|then|method|function|insert|a\u00f1ade|tambi\u00e9n)\b/i.test(labelOf(block));

function roleOf(block: CodeBlock, blocks: readonly CodeBlock[], replaced?: ReplacedCode): BlockRole {
  const label = labelOf(block);
  const hasOthers = blocks.length > 1;
  if (isCommand(block, replaced, hasOthers)) return 'command';
  if (hasOthers && replaced && isOtherFile(block, replaced)) return 'other-file';
  if (
    hasOthers &&
    outputs.test(block.language) &&
    !/^(?:plaintext|log)$/.test(replaced?.languageId ?? '') &&
    !isDocumentLanguage(replaced?.languageId ?? '')
  )
    return 'output';
  if (hasOthers && isOld(block, label, replaced)) return 'old';
  if (hasOthers && block !== blocks[0] && exampleLabel.test(label)) return 'example';
  return 'code';
}

function isCommand(block: CodeBlock, replaced: ReplacedCode | undefined, hasOthers: boolean): boolean {
  if (!shells.test(block.language)) return false;
  if (replaced && shellFiles.test(replaced.languageId)) return false;
  // A part of the document.
  if (!hasOthers && isDocumentLanguage(replaced?.languageId ?? '')) return false;
  const lines = block.text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return hasOthers || lines.every((line) => command.test(line) || /^\s/.test(line));
}

function isOld({ text }: CodeBlock, label: string, replaced?: ReplacedCode): boolean {
  if (replaced && text.trim() !== '') {
    const own = compact(withoutMarks(text));
    if (own === compact(replaced.text) || own === compact(replaced.fileText)) return true;
    if (perhapsOldLabel.test(label) && compact(replaced.fileText).includes(own)) return true;
  }
  return oldLabel.test(label) && !newLabel.test(label);
}

const isOtherFile = (block: CodeBlock, { name }: ReplacedCode): boolean => {
  const path = pathOf(block);
  return path !== undefined && path !== name;
};

/** A longer line holds more than a name. */
const maxLineLength = 300;

/** The file name that stands with a block: behind its fence, in its first line, or in the line above. */
function pathOf(block: CodeBlock): string | undefined {
  const name = String.raw`([\w.@/\\-]*\.[A-Za-z]\w{0,9})`;
  const [info, first, label] = [block.info, block.text.split('\n', 1)[0] ?? '', labelOf(block)].map((line) =>
    line.length > maxLineLength ? '' : line,
  ) as [string, string, string];
  const found =
    new RegExp(String.raw`(?:^|[\s:="'])${name}["']?\s*\}?$`).exec(info) ??
    new RegExp(
      String.raw`^\s*(?://|#|--|<!--|/\*)\s*(?:file(?:name)?:\s*)?${name}\s*(?:-->|\*/)?$`,
      'i',
    ).exec(first) ??
    new RegExp(
      String.raw`^(?:#{1,6}\s|\*\*|\d+\.\s|In |En )?[\s*_#\`]*(?:file(?:name)?:\s*)?${name}[\`*_]*\s*(?:\([^)]*\))?:?[*_]*\s*$`,
      'i',
    ).exec(label);
  return found?.[1]?.split(/[\\/]/).at(-1);
}

/** The last line of prose above a block. */
export const labelOf = ({ before }: CodeBlock): string =>
  before
    .split('\n')
    .findLast((line) => line.trim() !== '')
    ?.trim()
    .slice(-200) ?? '';

const withoutMarks = (text: string): string =>
  text.replaceAll(selectionMarks.open, '').replaceAll(selectionMarks.close, '');
const compact = (text: string): string => text.replace(/\s+/g, '');
const contains = (whole: CodeBlock, part: CodeBlock): boolean =>
  compact(whole.text).includes(compact(part.text));
