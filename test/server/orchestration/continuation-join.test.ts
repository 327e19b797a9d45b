/** The join of two models: where the second text continues the first. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  continuationJoin,
  endsAsWhole,
  withBlanksOnce,
} from '../../../server/orchestration/continuation-join.ts';
import { anyModels, repeatingModels, type TakeoverModel } from '../../support/faults/takeover-models.ts';

/** The text as the user sees it in the end; `undefined`: nothing shows the place. */
function joined(beginning: string, ...pieces: readonly string[]): string | undefined {
  const join = continuationJoin(beginning);
  for (const [index, piece] of pieces.entries()) {
    const step = join.push(piece);
    if (step.state === 'unproven') return undefined;
    if (step.state === 'joined') return beginning + step.text + pieces.slice(index + 1).join('');
  }
  const step = join.end();
  return step.state === 'joined' ? beginning + step.text : undefined;
}

test('what the second model repeats of the last line is left out, however it is cut', () => {
  const whole = 'First step: open the door.\nSecond step: look around.';
  const again = 'Second step: look around.';
  for (let cut = 1; cut < again.length; cut += 1)
    assert.equal(
      joined('First step: open the door.\nSecond step: loo', again.slice(0, cut), again.slice(cut)),
      whole,
    );
});

test('a text that is repeated from its beginning is not shown twice', () => {
  assert.equal(
    joined('Once upon a time', 'Once upon a time there was a ship.'),
    'Once upon a time there was a ship.',
  );
});

test('the repetition shows whether a blank belongs to the join', () => {
  assert.equal(joined('The quick brown fox jum', 'quick brown fox jumps.'), 'The quick brown fox jumps.');
  assert.equal(joined('The quick brown fox', 'quick brown fox jumps.'), 'The quick brown fox jumps.');
  assert.equal(joined('The quick brown fox ', 'quick brown fox jumps.'), 'The quick brown fox jumps.');
});

test('it shows the line breaks and the indentation', () => {
  const rest = 'for (const a of b) {\n    run(a);\n  }';
  assert.equal(joined('for (const a of b) {', rest), rest);
  assert.equal(joined('for (const a of b) {\n', rest), rest);
  assert.equal(joined('for (const a of b) {\n  ', rest), rest);
  assert.equal(joined('for (const a of b) {\n    ', rest), rest);
});

test('a cut inside a number, an escape, a tag, a fence or a character is mended', () => {
  for (const [beginning, whole] of [
    ['The value of pi is 3.1', 'The value of pi is 3.14159.'],
    ['{"path": "C:\\', '{"path": "C:\\\\temp"}'],
    ['<section><b>bold</', '<section><b>bold</b></section>'],
    ['Some words before.\n\n``', 'Some words before.\n\n```ts\nlet a;\n```'],
    ['A rocket flies: \ud83d', 'A rocket flies: 🚀!'],
  ] as const)
    assert.equal(joined(beginning, whole), whole);
});

test('an apology, a fence that is opened again and the mark of a list are left out', () => {
  const code = 'Code:\n```ts\nconst first = 1;\nconst second';
  const rest = 'const second = 2;\n```';
  const whole = `${code} = 2;\n\`\`\``;
  for (const lead of [
    '```ts\n',
    '```\n```typescript\n',
    'Sorry about that. Continuing:\n\n```ts\n',
    'Continuing from where I stopped:\n',
  ])
    assert.equal(joined(code, `${lead}const first = 1;\n${rest}`), whole, lead);
  assert.equal(
    joined('- one thing is here\n- another thi', '* another thing'),
    '- one thing is here\n- another thing',
  );
});

test('a fence around the repetition of prose would leave its other end behind', () => {
  assert.equal(joined('The quick brown fox jum', '```\nThe quick brown fox jumps.\n```'), undefined);
});

test('a text that repeats itself shows no place', () => {
  assert.equal(joined('a b a b a b a b a b ', 'a b c'), undefined);
  assert.equal(joined('no no no no no no no', ' no no, yes'), undefined);
});

test('without a repetition only what cannot be the beginning of an answer continues', () => {
  assert.equal(joined('One two three', ' four five.'), 'One two three four five.');
  assert.equal(joined('One, two, three, ', 'four.'), 'One, two, three, four.');
  assert.equal(joined('```py\nif a:', '\n    run()\n```'), '```py\nif a:\n    run()\n```');
  assert.equal(joined('One two three', 'four five.'), undefined, 'the blank may have been lost');
  assert.equal(joined('One two th', 'ree four.'), undefined, 'or there may be none');
  assert.equal(joined('One two three', ' Here is the answer.'), undefined);
  assert.equal(joined('One two three.', '\n\nHere is the answer.'), undefined);
  assert.equal(joined('const one = 1;\n', 'let one = 1;'), undefined);
  assert.equal(joined('One two three', ' three four.'), undefined, 'it may repeat a word');
});

test('after a prefill the repetition is continued, or begun again; other words show nothing', () => {
  const after = (beginning: string, prefill: string, text: string): string | undefined => {
    const join = continuationJoin(beginning, prefill);
    const step = text === '' ? join.end() : join.push(text);
    return step.state === 'joined' ? beginning + step.text : undefined;
  };
  const beginning = 'The quick brown fox jumps over the lazy d';
  const prefill = 'The quick brown';
  assert.equal(after(beginning, prefill, ' fox jumps over the lazy dog'), `${beginning}og`);
  assert.equal(after(beginning, prefill, 'fox jumps over the lazy dog'), `${beginning}og`);
  assert.equal(after(beginning, prefill, `${beginning}og`), `${beginning}og`);
  assert.equal(after(beginning, prefill, ` bear sleeps.${' It is tired.'.repeat(30)}`), undefined);
  assert.equal(after(beginning, prefill, ''), beginning);
});

test('a text that ends before it has words adds nothing', () => {
  assert.equal(joined('One two three'), 'One two three');
  assert.equal(joined('One two three ', '\n'), 'One two three ');
});

test('a model that only repeats adds nothing either', () => {
  assert.equal(joined('The quick brown fox.', 'The quick brown fox.'), 'The quick brown fox.');
});

test('no more is buffered than could hold a repetition', () => {
  const join = continuationJoin('The quick brown fox');
  let pushed = 0;
  while (join.push('Some other words. ').state === 'open') pushed += 1;
  assert.ok(pushed < 20, String(pushed));
});

test('a long text that is repeated whole is compared in little time', () => {
  const whole = Array.from({ length: 4_000 }, (_, index) => `word${index}`).join(' ');
  const join = continuationJoin(whole);
  const startedAt = performance.now();
  let step = join.push('');
  for (const word of whole.split(/(?= )/)) step = join.push(word);
  assert.equal(step.state, 'joined');
  assert.ok(performance.now() - startedAt < 2_000);
});

test('blanks that were shown are not shown again', () => {
  const cases = [
    ['', ' a', ' a'],
    [' ', ' a', 'a'],
    [' ', 'a', 'a'],
    [' ', '\n  a', '\n  a'],
    ['\n', '\n\n  a', '\n  a'],
    ['\n  ', '\n    a', '  a'],
    ['\n    ', '\n  a', 'a'],
    ['\n  ', ' a', 'a'],
    [' \n', '\n  a', '  a'],
    ['\r\n', '\n  a', '  a'],
    ['\n', '\r\n\r\n  a', '\r\n  a'],
  ] as const;
  for (const [shown, text, rest] of cases)
    assert.equal(withBlanksOnce(shown, text), rest, JSON.stringify([shown, text]));
});

test('a sentence, a list and closed code may be the end of an answer', () => {
  for (const text of [
    'It is done.',
    'Done:\n- one\n- two',
    '```ts\nlet a;\n```\n',
    '今天很好。',
    '| a | b |\n',
  ])
    assert.equal(endsAsWhole(text), true, text);
  for (const text of ['It is', 'One. Two\nthree', '```ts\nlet a;\n'])
    assert.equal(endsAsWhole(text), false, text);
});

const texts = {
  prose:
    'The ship left the harbour at dawn. Few on the pier waved, "not even once", since the fog hid the masts; it carried salt, rope and 1,250.75 barrels of oil. At noon the wind turned.\n\nBy evening they had passed the cape, and the captain’s log reads: all well on board.',
  'characters of one to four bytes':
    'Großes Übel: «éin» Wort fehlt, 漢字 stehen daneben, 🙂🚀 fliegen fort — doch zuletzt kommt alles heil an.',
  code: 'Here is the function:\n\n```ts\nexport function total(list: readonly number[]): number {\n  let sum = 0;\n  for (const each of list) {\n    if (each > 0) {\n      sum += each;\n    }\n  }\n  return sum;\n}\n```\n\nIt skips negative numbers.\n',
  'code whose indentation has a meaning':
    '```python\nclass Stack:\n    def __init__(self):\n        self.items = []\n\n    def push(self, item):\n        self.items.append(item)\n\n    def pop(self):\n        if not self.items:\n            raise IndexError("pop from an empty \\"stack\\"\\n")\n        return self.items.pop()\n```\n',
  'code without a fence, with tabs and CRLF':
    'const fs = require("fs");\r\nconst path = require("path");\r\n\r\nfunction read(name) {\r\n\treturn fs.readFileSync(path.join(__dirname, name), "utf8");\r\n}\r\n\r\nmodule.exports = { read };\r\n',
  'a table and lists':
    'Prices:\n\n| Fruit | Price |\n| --- | ---: |\n| Apple | 1.20 |\n| Pear | 0.95 |\n| Plum | 3.10 |\n\n1. Wash them.\n2. Cut them.\n   - not too small\n   - not too large\n3. Eat them.\n',
  JSON: '{"name":"a\\u00e9b","list":[1,2,3.5,-4e10],"nested":{"tag":"<b>bold</b>","path":"C:\\\\temp\\\\new"},"ok":true}',
  Chinese:
    '今天天气很好，我们决定去公园散步。路上遇到了老朋友，他正在学习编程，问了我很多问题。最后大家一起吃了晚饭。第二天早上下起了大雨，街道上几乎没有人，我只好留在家里看书，顺便把昨天没写完的程序写完了。',
  'a text that repeats itself': 'no no no no no no no no no no no no no yes.',
};

/** Numbers that look random and are the same in every run. */
let state = 20_261;
function below(limit: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

function inPieces(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = 1 + below(12);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** Every position of a cut: how often the texts were joined, and never wrongly. */
function joinedEverywhere(whole: string, model: TakeoverModel): { joined: number; cuts: number } {
  const cuts = whole.trimEnd().length - 1;
  let count = 0;
  for (let cut = 1; cut <= cuts; cut += 1) {
    const beginning = whole.slice(0, cut);
    const text = joined(beginning, ...inPieces(model(beginning, whole.slice(cut))));
    if (text === undefined) continue;
    count += 1;
    assert.equal(text, whole, `cut after ${JSON.stringify(beginning.slice(-30))}`);
  }
  return { joined: count, cuts };
}

describe('whatever the second model does, the text is whole or it is known that it is not', () => {
  for (const [name, whole] of Object.entries(texts))
    test(name, () => {
      for (const [behavior, model] of Object.entries({ ...repeatingModels, ...anyModels })) {
        const { joined: count, cuts } = joinedEverywhere(whole, model);
        if (behavior in repeatingModels && name !== 'a text that repeats itself')
          assert.ok(count > 0.75 * cuts, `${behavior}: joined at ${count} of ${cuts} places`);
      }
    });
});
