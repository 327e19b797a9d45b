/** Numbers for people, and foreign text reduced to one line of Markdown. */
import { visibleText } from '../../shared/hidden-characters.ts';

/** `4 ms`, `0.42 s`, `3.1 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 95) return `${Math.round(ms)} ms`;
  if (ms < 995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `$0.0012`, `$1.20`; two significant digits, however small. */
export function formatDollars(usd: number): string {
  if (usd === 0) return '$0';
  if (usd >= 1) return `$${usd.toFixed(2)}`;
  if (usd < 0.000_001) return 'less than $0.000001';
  const digits = Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(usd))));
  return `$${usd.toFixed(digits).replace(/(\.\d\d\d*?)0+$/, '$1')}`;
}

/** `14:05`, in local time; `22 Nov, 14:05` on another day. */
export function formatLocalTime(iso: string, locale?: string, now = new Date()): string {
  const at = new Date(iso);
  const time = { hour: 'numeric', minute: '2-digit' } as const;
  if (at.toDateString() === now.toDateString()) return at.toLocaleTimeString(locale, time);
  return at.toLocaleString(locale, { day: 'numeric', month: 'short', ...time });
}

/** `812`, `12,400`. */
export const formatCount = (tokens: number): string => tokens.toLocaleString('en-US');

/** `32k`, `1M`: a size of context. */
export function formatShortCount(tokens: number): string {
  const short = (value: number, unit: string) => `${Math.round(value * 10) / 10}${unit}`;
  if (tokens >= 1_000_000) return short(tokens / 1_000_000, 'M');
  // Context sizes are powers of two or round thousands: 131,072 is 128k, and so is 128,000.
  return tokens >= 1000
    ? short(tokens / (tokens % 1000 !== 0 && tokens % 1024 === 0 ? 1024 : 1000), 'k')
    : String(tokens);
}

/** `812 bytes`, `640 kB`, `4.7 GB`: powers of ten, as engines and disks count. */
export function formatBytes(size: number): string {
  if (size < 1000) return `${Math.round(size)} bytes`;
  const rounded = (amount: number) => (amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount));
  if (size < 999.5e3) return `${rounded(size / 1e3)} kB`;
  if (size < 999.5e6) return `${rounded(size / 1e6)} MB`;
  // With a decimal place even a download of many gigabytes shows progress.
  return `${Math.round(size / 1e8) / 10} GB`;
}

/** `12 s`, `4 min`, `1 h 5 min`: an estimate of the remaining time. */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 59.5) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `45 %`; 100 only when complete. */
export const formatPercent = (share: number): string =>
  `${share >= 1 ? 100 : Math.min(99, Math.max(0, Math.floor(share * 100)))} %`;

/** Foreign text on one line, so that it cannot start a heading, a list or a table. */
export const oneLine = (text: string): string => visibleText(text.replace(/\s+/g, ' ').trim());

/** Foreign text as a Markdown quotation. */
export const quoteMarkdown = (text: string): string =>
  visibleText(text)
    .trim()
    .split(/\r\n|\r|\n/)
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');

/** The beginning of a text, for a title. */
export function truncate(text: string, characters: number): string {
  const line = oneLine(text);
  if (line.length <= characters) return line;
  const cut = line.slice(0, characters);
  return `${cut.slice(0, cut.lastIndexOf(' ') > characters / 2 ? cut.lastIndexOf(' ') : characters)}…`;
}
