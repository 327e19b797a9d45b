/** What families of models are sent around a gap, letter for letter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containsTemplateToken } from '../../../../server/inline-completion/prompting/fim-templates.ts';
import {
  modelFamilies,
  modelFamilyOf,
} from '../../../../server/inline-completion/prompting/model-families.ts';
import { fimTarget, snippets } from './fim-targets.ts';

const gap = fimTarget({ prefix: 'PRE', suffix: 'SUF' });
const alone = (model: string) => modelFamilyOf(model).template?.format(gap);
const among = (model: string) => modelFamilyOf(model).template?.format({ ...gap, snippets });
const piped = '<|fim_prefix|>PRE<|fim_suffix|>SUF<|fim_middle|>';
const plain = '<fim_prefix>PRE<fim_suffix>SUF<fim_middle>';
const comment = '# Path: one.py\n# ONE = 1\n# Path: two.py\n# TWO = 2\n';

test('each family has its own words, whatever stands around its name', () => {
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

test('who was not taught to fill in is not asked to', () => {
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

test('other files stand where the family knows them, elsewhere in a comment', () => {
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

test('comments are those of the language', () => {
  const above = (languageId: string) =>
    modelFamilyOf('codellama:7b')
      .template?.format({ ...gap, languageId, snippets: [{ name: 'a', text: 'x\r\n\r\ny\n' }] })
      .replace(/^<PRE> |PRE <SUF>.*$/g, '');
  assert.equal(above('typescript'), '// Path: a\n// x\n//\n// y\n');
  assert.equal(above('sql'), '-- Path: a\n-- x\n--\n-- y\n');
  assert.equal(above('html'), '<!-- Path: a -->\n<!-- x -->\n<!-- -->\n<!-- y -->\n');
});

test('a file that talks about the words themselves is not put between them', () => {
  const template = modelFamilyOf('qwen2.5-coder').template;
  assert.ok(template);
  assert.equal(containsTemplateToken(template, gap), false);
  assert.equal(containsTemplateToken(template, { ...gap, suffix: "split('<|fim_middle|>')" }), true);
  assert.equal(
    containsTemplateToken(template, { ...gap, snippets: [{ name: 'a', text: '<|file_sep|>' }] }),
    true,
  );
});

test('whatever a template puts around a gap ends the answer, too, if the model says it', () => {
  for (const { namePattern, template } of modelFamilies) {
    const words = template?.format({ ...gap, prefix: '', suffix: '' }).match(/<[^<>\n]+>|\[[A-Z]+\]/g) ?? [];
    for (const word of words) assert.ok(template?.stop.includes(word), `${namePattern}: ${word}`);
  }
});

test('only hybrid models of Qwen 3 are told in words not to think', () => {
  const told = (model: string) => modelFamilyOf(model).noThinkSuffix;
  assert.deepEqual(['qwen3:8b', 'Qwen/Qwen3-30B-A3B'].map(told), ['/no_think', '/no_think']);
  for (const model of [
    'qwen3:4b-instruct-2507',
    'qwen3.5:9b',
    'qwen3-coder:30b',
    'qwen2.5:7b',
    'gpt-oss:20b',
  ])
    assert.equal(told(model), undefined, model);
});
