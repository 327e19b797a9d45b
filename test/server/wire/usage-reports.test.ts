/** Reports of usage in every place and name that services have, merged by field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usageInHeaders } from '../../../server/wire/header-usage.ts';
import { type UsageQuirks, usageReports } from '../../../server/wire/usage-reports.ts';

/** The fields of the `finish` after these events. */
function finishAfter(events: readonly object[], quirks: UsageQuirks = {}) {
  const reports = usageReports(quirks);
  for (const event of events) reports.readEvent(event, JSON.stringify(event));
  return reports.finishFields();
}
const usageAfter = (...events: readonly object[]) => finishAfter(events).usage;
/** Input and output. */
const countsAfter = (...events: readonly object[]) => {
  const usage = usageAfter(...events);
  return usage && [usage.input, usage.output];
};

test('a report is read wherever it stands', () => {
  const usage = { prompt_tokens: 60, completion_tokens: 40, total_tokens: 100 };
  const events: readonly object[] = [
    { usage },
    { x_groq: { usage } },
    { choices: [{ usage }] },
    { choices: [{ delta: { usage } }] },
    { choices: [{ message: { usage } }] },
    { message: { usage } },
    { delta: { usage } },
    { response: { usage } },
    { data: { usage } },
    { usageMetadata: { promptTokenCount: 60, candidatesTokenCount: 40 } },
    { usage_metadata: { input_tokens: 60, output_tokens: 40 } },
    { token_usage: usage },
    { usage: JSON.stringify(usage) },
    { prompt_eval_count: 60, eval_count: 40 },
    { tokens_evaluated: 60, tokens_predicted: 40, stop: true },
    { timings: { prompt_n: 50, cache_n: 10, predicted_n: 40 } },
    { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 60, outputTokenCount: 40 } },
    { delta: { usage: { tokens: { input_tokens: 60, output_tokens: 40 } } } },
    { meta: { billed_units: { input_tokens: 60, output_tokens: 40 } } },
  ];
  for (const event of events) assert.deepEqual(countsAfter(event), [60, 40], JSON.stringify(event));
});

test('placeholders never hide a count, before it or after it', () => {
  const real = { usage: { prompt_tokens: 60, completion_tokens: 40 } };
  for (const none of [0, -1, null, '', 'n/a', Number.NaN, 4_294_967_295, 1.8e19]) {
    const placeholder = { usage: { prompt_tokens: none, completion_tokens: none, total_tokens: none } };
    assert.deepEqual(countsAfter(placeholder, real, placeholder), [60, 40], String(none));
  }
  assert.deepEqual(countsAfter({ usage: null }, real, { usage: {} }), [60, 40]);
});

test('counts that grow end with the last, whichever event holds each of them', () => {
  assert.deepEqual(
    countsAfter(
      { usage: { prompt_tokens: 60, completion_tokens: 1, total_tokens: 61 } },
      { usage: { prompt_tokens: 60, completion_tokens: 2, total_tokens: 62 } },
      { usage: { completion_tokens: 40, total_tokens: 100 } },
    ),
    [60, 40],
  );
  assert.deepEqual(countsAfter({ usage: { input_tokens: 60 } }, { usage: { output_tokens: 40 } }), [60, 40]);
});

test('a smaller count of the answer is an older one', () => {
  const whole = { usage: { prompt_tokens: 60, completion_tokens: 40, total_tokens: 100 } };
  const begun = { usage: { prompt_tokens: 60, completion_tokens: 1, total_tokens: 61 } };
  assert.deepEqual(countsAfter(begun, whole, begun), [60, 40]);
});

test('numbers may be texts', () => {
  assert.deepEqual(countsAfter({ usage: { prompt_tokens: '60', completion_tokens: ' 40 ' } }), [60, 40]);
});

test('a total shows the part that is missing', () => {
  assert.deepEqual(countsAfter({ usage: { prompt_tokens: 60, total_tokens: 100 } }), [60, 40]);
  assert.deepEqual(
    countsAfter({ usage: { prompt_tokens: 60, completion_tokens: 0, total_tokens: 100 } }),
    [60, 40],
  );
  assert.deepEqual(countsAfter({ usage: { completion_tokens: 40, total_tokens: 100 } }), [60, 40]);
  assert.deepEqual(finishAfter([{ usage: { total_tokens: 100 } }]).partialUsage, { total: 100 });
});

test('tokens that only the total contains are the answer’s: some services count no thoughts elsewhere', () => {
  assert.deepEqual(
    countsAfter({ usage: { prompt_tokens: 60, completion_tokens: 4, total_tokens: 100 } }),
    [60, 40],
  );
  // An older total contains less than the parts.
  assert.deepEqual(
    countsAfter({ usage: { prompt_tokens: 60, completion_tokens: 40, total_tokens: 61 } }),
    [60, 40],
  );
});

test('reasoning is added where it is counted apart: the total shows it, or the name, or the service', () => {
  const inside = {
    prompt_tokens: 60,
    completion_tokens: 40,
    completion_tokens_details: { reasoning_tokens: 30 },
  };
  assert.deepEqual(countsAfter({ usage: inside }), [60, 40]);
  assert.deepEqual(countsAfter({ usage: { ...inside, total_tokens: 130 } }), [60, 70]);
  assert.deepEqual(finishAfter([{ usage: inside }], { addsReasoningTokens: true }).usage?.output, 70);
  assert.deepEqual(
    finishAfter([{ usage: { ...inside, total_tokens: 100 } }], { addsReasoningTokens: true }).usage?.output,
    40,
  );
  const more = {
    prompt_tokens: 60,
    completion_tokens: 1,
    completion_tokens_details: { reasoning_tokens: 30 },
  };
  assert.deepEqual(countsAfter({ usage: more }), [60, 31]);
  const gemini = { promptTokenCount: 60, candidatesTokenCount: 10, thoughtsTokenCount: 30 };
  assert.deepEqual(countsAfter({ usageMetadata: gemini }), [60, 40]);
  assert.deepEqual(countsAfter({ usageMetadata: { ...gemini, totalTokenCount: 100 } }), [60, 40]);
  assert.deepEqual(
    countsAfter({ usageMetadata: { ...gemini, candidatesTokenCount: 40, totalTokenCount: 100 } }),
    [60, 40],
  );
  assert.deepEqual(
    countsAfter({ usageMetadata: { promptTokenCount: 60, thoughtsTokenCount: 40 } }),
    [60, 40],
  );
});

test('Gemini’s tools are part of the prompt, and counts by modality stand in for a missing one', () => {
  assert.deepEqual(
    countsAfter({
      usageMetadata: {
        promptTokenCount: 50,
        toolUsePromptTokenCount: 10,
        candidatesTokenCount: 40,
        totalTokenCount: 100,
      },
    }),
    [60, 40],
  );
  const list = (...counts: number[]) => counts.map((tokenCount) => ({ modality: 'TEXT', tokenCount }));
  assert.deepEqual(
    countsAfter({
      usageMetadata: {
        promptTokensDetails: list(50, 10),
        candidatesTokensDetails: list(40),
        totalTokenCount: 100,
      },
    }),
    [60, 40],
  );
});

test('cached tokens are inside the input or beside it, as the names and the total show', () => {
  const cases: readonly [object, readonly number[]][] = [
    [{ prompt_tokens: 60, completion_tokens: 40, prompt_tokens_details: { cached_tokens: 50 } }, [60, 50, 0]],
    [{ prompt_tokens: 60, completion_tokens: 40, cached_tokens: 50 }, [60, 50, 0]],
    [
      { prompt_tokens: 60, completion_tokens: 40, prompt_cache_hit_tokens: 50, prompt_cache_miss_tokens: 10 },
      [60, 50, 0],
    ],
    [
      {
        input_tokens: 60,
        output_tokens: 40,
        input_tokens_details: { cached_tokens: 50, cache_write_tokens: 5 },
      },
      [60, 50, 5],
    ],
    [
      { input_tokens: 5, output_tokens: 40, cache_read_input_tokens: 50, cache_creation_input_tokens: 5 },
      [60, 50, 5],
    ],
    [{ input_tokens: 0, output_tokens: 40, cache_read_input_tokens: 60 }, [60, 60, 0]],
    [{ inputTokens: 5, outputTokens: 40, cacheReadInputTokens: 50, cacheWriteInputTokens: 5 }, [60, 50, 5]],
    // LiteLLM: OpenAI's names beside Anthropic's.
    [
      {
        prompt_tokens: 60,
        completion_tokens: 40,
        total_tokens: 100,
        cache_read_input_tokens: 50,
        cache_creation_input_tokens: 5,
      },
      [60, 50, 5],
    ],
    // The total, or more cached than read, shows that they are beside the prompt.
    [
      {
        prompt_tokens: 10,
        completion_tokens: 40,
        total_tokens: 100,
        prompt_tokens_details: { cached_tokens: 50 },
      },
      [60, 50, 0],
    ],
    [{ prompt_tokens: 10, completion_tokens: 40, prompt_tokens_details: { cached_tokens: 50 } }, [60, 50, 0]],
    [
      { input_tokens: 60, output_tokens: 40, input_token_details: { cache_read: 50, cache_creation: 5 } },
      [60, 50, 5],
    ],
  ];
  for (const [usage, expected] of cases) {
    const found = usageAfter({ usage });
    assert.deepEqual([found?.input, found?.cachedRead, found?.cacheWrite], expected, JSON.stringify(usage));
    assert.equal(found?.output, 40);
  }
});

test('zeros at the end keep what the beginning reported', () => {
  const start = {
    message: {
      usage: {
        input_tokens: 5,
        cache_read_input_tokens: 50,
        cache_creation_input_tokens: 5,
        output_tokens: 1,
      },
    },
  };
  const zeros = { input_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  assert.deepEqual(countsAfter(start, { usage: { ...zeros, output_tokens: 40 } }), [60, 40]);
  assert.deepEqual(
    countsAfter(start, { usage: { output_tokens: 40 } }, { usage: { ...zeros, output_tokens: 0 } }),
    [60, 40],
  );
});

test('tokens cached for an hour are known, also where only their parts are', () => {
  const usage = usageAfter({
    usage: {
      input_tokens: 50,
      output_tokens: 40,
      cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 6 },
      cache_read_input_tokens: 0,
    },
  });
  assert.deepEqual([usage?.cacheWrite, usage?.cacheWriteHour], [10, 6]);
});

test('no part is larger than what contains it', () => {
  const usage = usageAfter({
    usage: {
      prompt_tokens: 60,
      completion_tokens: 40,
      total_tokens: 100,
      completion_tokens_details: { reasoning_tokens: 39 },
      prompt_tokens_details: { cached_tokens: 1e12 },
    },
  });
  assert.deepEqual(usage, { input: 60, cachedRead: 0, cacheWrite: 0, output: 40, reasoning: 39 });
});

test('a reported cost is read in dollars, and zero is none', () => {
  const costOf = (more: object) =>
    usageAfter({ usage: { prompt_tokens: 60, completion_tokens: 40, ...more } })?.costUsd;
  assert.equal(costOf({ cost: 0.0125 }), 0.0125);
  assert.equal(costOf({ cost: '0.0125' }), 0.0125);
  assert.equal(costOf({ cost: { total_cost: 0.0125 } }), 0.0125);
  assert.equal(costOf({ estimated_cost: 0.0125 }), 0.0125);
  assert.equal(costOf({ tensorzero_cost: 0.0125 }), 0.0125);
  assert.equal(costOf({ cost_in_usd_ticks: 125_000_000 }), 0.0125);
  assert.equal(
    costOf({ cost: 0.0025, is_byok: true, cost_details: { upstream_inference_cost: 0.01 } }),
    0.0125,
  );
  for (const none of [0, -1, null, 'free', 1e9, Number.NaN])
    assert.equal(costOf({ cost: none }), undefined, String(none));
});

test('the head of a response may hold usage and cost', () => {
  assert.deepEqual(usageInHeaders({ 'content-type': 'text/event-stream', server: 'x' }), undefined);
  assert.deepEqual(usageInHeaders({ 'x-litellm-response-cost': '0.0' }), undefined);
  assert.deepEqual(
    usageInHeaders({ 'x-litellm-response-cost': '1.25e-2', 'fireworks-prompt-tokens': '60' }),
    { input: 60, costUsd: 0.0125 },
  );
});

test('an event that repeats another object with another text is not read again', () => {
  const reports = usageReports();
  const event: Record<string, unknown> = { choices: [{ delta: { content: 'a token' } }] };
  reports.readEvent(event, JSON.stringify(event));
  event['usage'] = { prompt_tokens: 1, completion_tokens: 1 };
  reports.readEvent(event, JSON.stringify(event));
  assert.deepEqual(reports.finishFields(), {});
});

/** Numbers that look random and are the same in every run. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('however reports are split, repeated and padded with placeholders, the counts are the same', () => {
  const next = sequence(11);
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T;
  const placeholders = [0, -1, null, undefined, '', Number.NaN];
  const places: readonly ((usage: object) => object)[] = [
    (usage) => ({ usage }),
    (usage) => ({ x_groq: { usage } }),
    (usage) => ({ choices: [{ usage }] }),
    (usage) => ({ message: { usage } }),
    (usage) => ({ response: { usage } }),
  ];
  const names = [
    ['prompt_tokens', 'completion_tokens', 'total_tokens'],
    ['input_tokens', 'output_tokens', 'total_tokens'],
    ['promptTokens', 'completionTokens', 'totalTokens'],
  ] as const;
  for (let round = 0; round < 2_000; round += 1) {
    const input = 1 + next(5_000);
    const output = 1 + next(5_000);
    const [inputName, outputName, totalName] = pick(names);
    const events: object[] = [];
    // So far, in some events.
    for (let count = next(4); count > 0; count -= 1) {
      const partly = Math.min(output, 1 + next(output));
      events.push(
        pick(places)({
          [inputName]: pick([input, ...placeholders]),
          [outputName]: pick([partly, ...placeholders]),
        }),
      );
    }
    // The whole, in one event or two.
    const whole = {
      [inputName]: input,
      [outputName]: output,
      [totalName]: pick([input + output, 0, undefined]),
    };
    if (next(2) === 0) events.push(pick(places)(whole));
    else events.push(pick(places)({ [inputName]: input }), pick(places)({ [outputName]: output }));
    for (let count = next(3); count > 0; count -= 1)
      events.push(
        pick(places)({
          [inputName]: pick(placeholders),
          [outputName]: pick(placeholders),
          [totalName]: pick(placeholders),
        }),
      );
    assert.deepEqual(countsAfter(...events), [input, output], JSON.stringify(events));
  }
});
