/** A filter of templates: gets the value before the bar and what stands in its brackets. Throws an error that says what is wrong. */
export type Filter = (value: unknown, ...rest: readonly unknown[]) => unknown;

const LONGEST_BATCH = 10_000;

/** Filters that the engine does not know or knows only in part. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['e', (value) => escapedHtml(textOf(value))],
  ['escape', (value) => escapedHtml(textOf(value))],
  ['b64encode', (value) => Buffer.from(textOf(value)).toString('base64')],
  ['b64decode', (value) => Buffer.from(textOf(value), 'base64').toString('utf8')],
  ['regex_replace', (value, pattern, by = '') => textOf(value).replace(new RegExp(textOf(pattern), 'g'), textOf(by))],
  ['round', (value, digits = 0) => rounded(Number(value), Number(digits))],
  ['dictsort', (value) => pairsOf(value).sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))],
  ['groupby', (value, attribute) => grouped(listOf(value), textOf(attribute))],
  ['batch', (value, size) => batches(listOf(value), Number(size))],
  ['sum', (value) => listOf(value).reduce<number>((total, each) => total + Number(each), 0)],
  ['min', (value) => extreme(listOf(value), -1)],
  ['max', (value) => extreme(listOf(value), 1)],
]);

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The text as it stands in HTML, also within a quoted attribute. */
export const escapedHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => HTML[char] ?? char);

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...value];
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

const pairsOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

function grouped(items: readonly unknown[], attribute: string): { grouper: unknown; list: unknown[] }[] {
  const groups = new Map<string, { grouper: unknown; list: unknown[] }>();
  for (const item of items) {
    const grouper = attributeOf(item, attribute);
    const key = textOf(grouper);
    const group = groups.get(key) ?? { grouper, list: [] };
    group.list.push(item);
    groups.set(key, group);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function attributeOf(item: unknown, path: string): unknown {
  return path.split('.').reduce((at: unknown, name) => {
    const isMap = typeof at === 'object' && at !== null && Object.hasOwn(at, name);
    return isMap ? Reflect.get(at, name) : undefined;
  }, item);
}

function batches(items: readonly unknown[], size: number): unknown[][] {
  if (!Number.isInteger(size) || size < 1 || size > LONGEST_BATCH) throw new Error('batch: write a number from 1');
  const found: unknown[][] = [];
  for (let at = 0; at < items.length; at += size) found.push(items.slice(at, at + size));
  return found;
}

/** The greatest item for `sign` 1, the smallest for -1. */
function extreme(items: readonly unknown[], sign: 1 | -1): unknown {
  return items.reduce((best, each) => (best === undefined || sign * (Number(each) - Number(best)) > 0 ? each : best));
}
