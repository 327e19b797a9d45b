/** Adds up what node:test's spec reporter says at its end. */

export interface Totals {
  passed: number;
  failed: number;
}

export function countTests(): { read(text: string): void; end(): Totals } {
  const totals: Totals = { passed: 0, failed: 0 };
  let rest = '';
  const readLine = (line: string) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    const [, kind, count] = line.replace(/\x1b\[\d*m/g, '').match(/^ℹ (pass|fail|cancelled) (\d+)$/) ?? [];
    if (kind === 'pass') totals.passed += Number(count);
    else if (kind) totals.failed += Number(count);
  };
  return {
    read(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) readLine(line);
    },
    end() {
      readLine(rest);
      return totals;
    },
  };
}
