import { cleanedKey } from '../../src/metrics/collector-series.ts';
import type { Collector, KeyDoc, Pollster } from '../../src/plugins/kinds.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { code, type GeneratedFile, page, table } from './page.ts';
import { optionTable } from './plugins.ts';

const INTERVAL_MS = 10_000;
const POLLSTER_INTERVAL_MS = 60_000;
const LEAST_AGE_MS = 30_000;

const INTRO =
  'What the agent measures. In expressions a key is written `{{collector.NAME.KEY}}`; `*` in a key stands for any one name, such as ' +
  'that of a device, `**` for whatever is below. The series of a number is named after the node, the collector and the key: the last ' +
  'column has it without the node. Texts and lists have no series. The options are the parameters of the pack of the same name; ' +
  '`interval`, `timeout` and `enabled` of every collector can be set in `agent.yml` under `collectors`.';

const KINDS =
  'A **gauge** is a value as it is now, a **cumulative** one only grows, a **rate** is per second of the time that really went by, a ' +
  '**delta** is the change since the run before, **info** is text.';

/** The reference of collectors and of pollsters, made from these themselves. */
export async function collectorFiles(): Promise<readonly GeneratedFile[]> {
  const [collectors, pollsters] = await Promise.all([
    new Registry<Collector>('collector').addFrom(new URL('../../src/collectors/', import.meta.url)),
    new Registry<Pollster>('pollster').addFrom(new URL('../../src/pollsters/', import.meta.url)),
  ]);
  return [
    { path: 'docs/reference/collectors.md', content: collectorPage(sorted(collectors)) },
    { path: 'docs/reference/pollsters.md', content: pollsterPage(sorted(pollsters)) },
  ];
}

const sorted = <P extends { readonly name: string }>(plugins: Iterable<P>): readonly P[] =>
  [...plugins].sort((a, b) => (a.name < b.name ? -1 : 1));

function collectorPage(collectors: readonly Collector[]): string {
  const parts = [
    { title: 'The machine', of: collectors.filter(({ group }) => group === undefined) },
    { title: 'Applications', of: collectors.filter(({ group }) => group !== undefined) },
  ].filter(({ of }) => of.length > 0);
  const sections = parts.flatMap(({ title, of }) => [`## ${title}`, ...of.map(collectorSection)]);
  return page('Collectors', INTRO, [KINDS, ...parts.map(({ title, of }) => indexOf(title, of)), ...sections]);
}

function indexOf(title: string, collectors: readonly Collector[]): string {
  const hasGroups = collectors.some(({ group }) => group !== undefined);
  const rows = collectors.map(({ name, description, intervalMs = INTERVAL_MS, group }) => [
    `[${name}](#${name})`,
    description,
    duration(intervalMs),
    ...(hasGroups ? [code(group ?? '')] : []),
  ]);
  const head = ['collector', 'what it sees', 'every', ...(hasGroups ? ['while in the group'] : [])];
  return [`**${title}**`, table(head, rows)].join('\n\n');
}

function collectorSection(collector: Collector): string {
  const { name, description, keys } = collector;
  const rows = keys.map((key) => [code(key.key), key.kind, key.unit, key.meaning, code(seriesOf(name, key))]);
  return [
    `### ${name}`,
    description,
    whenOf(collector),
    table(['key', 'kind', 'unit', 'meaning', 'series'], rows),
    ...optionTable(collector.options),
  ].join('\n\n');
}

function whenOf({ intervalMs = INTERVAL_MS, timeoutMs, maxAgeMs, group, pack }: Collector): string {
  const age = maxAgeMs ?? Math.max(3 * intervalMs, LEAST_AGE_MS);
  const limit = timeoutMs ?? Math.min(intervalMs, INTERVAL_MS);
  const sentences = [
    `Every ${duration(intervalMs)}${group === undefined ? '' : `, while the node is in the group ${code(group)}`}.`,
    `A run may take ${duration(limit)}; its results count for ${duration(age)}.`,
    ...(pack === undefined ? [] : [`Its options are those of the pack ${code(pack)}.`]),
  ];
  return sentences.join(' ');
}

/** The name of the series, as far as it is known before anything was seen. */
function seriesOf(collector: string, { key, kind, stored = true }: KeyDoc): string {
  if (kind === 'info' || !stored) return '';
  return [
    collector,
    ...key.split('.').map((segment) => (segment.startsWith('*') ? segment : cleanedKey(segment))),
  ].join('.');
}

function pollsterPage(pollsters: readonly Pollster[]): string {
  const intro =
    'What takes samples of things. A pollster is run as a collector of its name: a sample of this node is read as ' +
    '`{{collector.NAME.METER}}`, one of another resource as `{{collector.NAME.RESOURCE.METER}}`. A gauge is kept as it is, deltas are ' +
    'summed, and of what is cumulative the growth per second is kept, as `METER/s`. `opsbro samples show` has the samples themselves.';
  return page('Pollsters', intro, pollsters.map(pollsterSection));
}

function pollsterSection(pollster: Pollster): string {
  const { name, description, intervalMs = POLLSTER_INTERVAL_MS, namespace, meters } = pollster;
  const rows = meters.map((meter) => [code(meter.name), meter.type, meter.unit, meter.meaning]);
  return [
    `## ${name}`,
    description,
    `Every ${duration(intervalMs)}; namespace ${code(namespace)}.`,
    table(['meter', 'type', 'unit', 'meaning'], rows),
    ...optionTable(pollster.options),
  ].join('\n\n');
}

function duration(ms: number): string {
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  return ms >= 120_000 && ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`;
}
