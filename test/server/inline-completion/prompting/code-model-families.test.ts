/** The exact prompts of model families. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  codeModelFamilies,
  codeModelFamilyOf,
} from '../../../../server/inline-completion/prompting/code-model-families.ts';
import { containsTemplateToken } from '../../../../server/inline-completion/prompting/fim-templates.ts';
import { fimTarget, snippets } from './fim-targets.ts';

const target = fimTarget({ prefix: 'PRE', suffix: 'SUF' });
const alone = (model: string) => codeModelFamilyOf(model).template?.format(target);
const among = (model: string) => codeModelFamilyOf(model).template?.format({ ...target, snippets });
const piped = '<|fim_prefix|>PRE<|fim_suffix|>SUF<|fim_middle|>';
const plain = '<fim_prefix>PRE<fim_suffix>SUF<fim_middle>';
const comment = '# Path: one.py\n# ONE = 1\n# Path: two.py\n# TWO = 2\n';

test('each family has its own special tokens, whatever surrounds its name', () => {
  const sent: Readonly<Record<string, string>> = {
    'qwen2.5-coder:1.5b-base': piped,
    'Qwen/Qwen3-Coder-30B-A3B-Instruct': piped,
    'hf.co/bartowski/Qwen2.5-Coder-7B-GGUF:Q4_K_M': piped,
    'codeqwen:7b-code': plain,
    'ibm/granite4:micro': piped,
    'granite-4.0-h-tiny': piped,
    'granite3.3:8b': plain,
    'granite-8b-code-base': plain,
    'starcoder2:3b': plain,
    'bigcode/starcoder': plain,
    'stable-code:3b-code': plain,
    'codellama:7b-code': '<PRE> PRE <SUF>SUF <MID>',
    'deepseek-coder-v2:16b-lite-base': '<｜fim▁begin｜>PRE<｜fim▁hole｜>SUF<｜fim▁end｜>',
    'ai/codegemma': piped,
    'codestral:22b': '[SUFFIX]SUF[PREFIX]PRE',
    'JetBrains/Mellum-4b-base': '<fim_suffix>SUF<fim_prefix>PRE<fim_middle>',
    'Seed-Coder-8B-Base': '<[fim-suffix]>SUF<[fim-prefix]>PRE<[fim-middle]>',
    'codegeex4:9b':
      '<|user|>\n###PATH:src/sums.py\n###LANGUAGE:python\n###MODE:BLOCK\n<|code_suffix|>SUF<|code_prefix|>PRE<|code_middle|><|assistant|>\n',
  };
  for (const [model, prompt] of Object.entries(sent)) assert.equal(alone(model), prompt, model);
});

test('a model that was not trained to fill in the middle has no template', () => {
  for (const model of [
    'llama3.2:3b',
    'qwen3:8b',
    'mamba-codestral-7b',
    'codellama:34b-code',
    'codellama:7b-python',
    'deepseek-r1:8b',
    'gemma3:4b',
  ])
    assert.equal(alone(model), undefined, model);
});

test('snippets are in the family’s own format, or else in a comment', () => {
  const sent: Readonly<Record<string, string>> = {
    'qwen2.5-coder': `<|repo_name|>workspace\n<|file_sep|>one.py\nONE = 1\n<|file_sep|>two.py\nTWO = 2\n<|file_sep|>src/sums.py\n${piped}`,
    starcoder2:
      '<repo_name>workspace<file_sep>one.py\nONE = 1\n<file_sep>two.py\nTWO = 2\n<file_sep><fim_prefix>src/sums.py\nPRE<fim_suffix>SUF<fim_middle>',
    codestral: '[SUFFIX]SUF[PREFIX]+++++ one.py\nONE = 1\n+++++ two.py\nTWO = 2\n+++++ src/sums.py\nPRE',
    'mellum-4b':
      '<filename>one.py\nONE = 1\n<filename>two.py\nTWO = 2\n<filename>src/sums.py\n<fim_suffix>SUF<fim_prefix>PRE<fim_middle>',
    'codellama:7b': `<PRE> ${comment}PRE <SUF>SUF <MID>`,
    'granite-code:8b': `<fim_prefix>${comment}PRE<fim_suffix>SUF<fim_middle>`,
  };
  for (const [model, prompt] of Object.entries(sent)) assert.equal(among(model), prompt, model);
});

test('the comment has the syntax of the language', () => {
  const above = (languageId: string) =>
    codeModelFamilyOf('codellama:7b')
      .template?.format({ ...target, languageId, snippets: [{ name: 'a', text: 'x\r\n\r\ny\n' }] })
      .replace(/^<PRE> |PRE <SUF>.*$/g, '');
  assert.equal(above('typescript'), '// Path: a\n// x\n//\n// y\n');
  assert.equal(above('sql'), '-- Path: a\n-- x\n--\n-- y\n');
  assert.equal(above('html'), '<!-- Path: a -->\n<!-- x -->\n<!-- -->\n<!-- y -->\n');
});

test('special tokens in the prefix, suffix or snippets are detected', () => {
  const template = codeModelFamilyOf('qwen2.5-coder').template;
  assert.ok(template);
  assert.equal(containsTemplateToken(template, target), false);
  assert.equal(containsTemplateToken(template, { ...target, suffix: "split('<|fim_middle|>')" }), true);
  assert.equal(
    containsTemplateToken(template, { ...target, snippets: [{ name: 'a', text: '<|file_sep|>' }] }),
    true,
  );
});

test('every token of a template is also a stop text', () => {
  for (const { namePattern, template } of codeModelFamilies) {
    const tokens =
      template?.format({ ...target, prefix: '', suffix: '' }).match(/<[^<>\n]+>|\[[A-Z]+\]/g) ?? [];
    for (const token of tokens) assert.ok(template?.stop.includes(token), `${namePattern}: ${token}`);
  }
});

test('only hybrid models of Qwen 3 get the instruction not to think', () => {
  const noThinkSuffix = (model: string) => codeModelFamilyOf(model).noThinkSuffix;
  assert.deepEqual(['qwen3:8b', 'Qwen/Qwen3-30B-A3B'].map(noThinkSuffix), ['/no_think', '/no_think']);
  for (const model of [
    'qwen3:4b-instruct-2507',
    'qwen3.5:9b',
    'qwen3-coder:30b',
    'qwen2.5:7b',
    'gpt-oss:20b',
  ])
    assert.equal(noThinkSuffix(model), undefined, model);
});
