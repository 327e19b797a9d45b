/** Finds the regular expressions of the sources: literals, and what modules compose with `new RegExp` while they load. */
import { globSync, readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'oxc-parser';

export type FoundExpression = {
  readonly pattern: string;
  readonly flags: string;
  /** `server/x.ts:12`. */
  readonly places: readonly string[];
};

/** Each once. */
export async function findRegularExpressions(): Promise<FoundExpression[]> {
  const found = new Map<string, { pattern: string; flags: string; places: string[] }>();
  const add = ({ source: pattern, flags }: RegExp, place: string) => {
    const key = `/${pattern}/${flags}`;
    const entry = found.get(key) ?? { pattern, flags, places: [] };
    entry.places.push(place);
    found.set(key, entry);
  };
  for (const file of globSync('{server,client,shared}/**/*.ts').sort()) {
    const source = readFileSync(file, 'utf8');
    new Visitor({
      Literal(node) {
        if (!('regex' in node)) return;
        add(
          new RegExp(node.regex.pattern, node.regex.flags),
          `${file}:${source.slice(0, node.start).split('\n').length}`,
        );
      },
    }).visit(parseSync(file, source).program);
  }
  await recordComposed(add);
  return [...found.values()];
}

/** Loads the server's modules that compose expressions, and records these. */
async function recordComposed(add: (expression: RegExp, place: string) => void): Promise<void> {
  const files = globSync('{server,shared}/**/*.ts').filter((file) =>
    readFileSync(file, 'utf8').includes('new RegExp('),
  );
  const Original = globalThis.RegExp;
  let loading = '';
  globalThis.RegExp = new Proxy(Original, {
    construct(target, args: [string | RegExp, string?]) {
      const expression = new target(...args);
      if (typeof args[0] === 'string') add(expression, `${loading} (composed)`);
      return expression;
    },
  });
  try {
    for (const file of files.sort()) {
      loading = file;
      await import(new URL(`../../${file}`, import.meta.url).href);
    }
  } finally {
    globalThis.RegExp = Original;
  }
}
