import type { Output } from './command-line.ts';
import { linesOf, type Printed, type Printing, printed, valueText } from './lines.ts';
import { familyOf, type Metric, type ProbeRun } from './metric.ts';

/** How a run is to be written. */
export interface Writing {
  readonly output: Output;
  readonly printing: Printing;
  /** The measurement in the line protocol. */
  readonly measurement: string;
  /** Whether whole numbers are marked as such in the line protocol. */
  readonly integers: 'marked' | 'plain';
  /** Milliseconds since 1970. */
  readonly wall: number;
}

/** What a run prints, and the code it ends with. */
export interface Written {
  readonly text: string;
  readonly exit: number;
}

/** Writes a run in one of the forms that others read. */
export function written(run: ProbeRun, writing: Writing): Written {
  const shown = printed(run, writing.printing);
  const exit = shown.status === 'okay' ? 0 : 1;
  switch (writing.output) {
    case 'maas':
      return { text: linesOf(shown), exit };
    case 'json':
      return { text: jsonText(run, shown, exit), exit };
    case 'influx':
      return { text: influxLine(run, shown, writing), exit: 0 };
    case 'prometheus':
      return { text: exposition(run, shown), exit };
    case 'nagios':
      return nagiosLine(run, shown);
  }
}

const WIDE: ReadonlySet<string> = new Set(['int64', 'uint64', 'gauge']);

/** Numbers of 64 bits are texts, as not every reader can hold them. */
function jsonText(
  { plugin, message, timings, requests }: ProbeRun,
  { status, metrics, ...shown }: Printed,
  exit: number,
): string {
  const document = {
    ...{ plugin, status, message: status === 'error' ? shown.message : message, exit },
    metrics: metrics.map(({ name, type, value, unit, tags = {} }) => ({
      ...{ name, type, unit, tags },
      value: WIDE.has(type) ? String(value) : typeof value === 'bigint' ? Number(value) : value,
    })),
    timings: { ttfb_ms: timings.ttfbMs === undefined ? null : inMs(timings.ttfbMs), total_ms: inMs(timings.totalMs) },
    requests: requests.map(({ method, url, status: answered, ms }) => ({
      method,
      url,
      status: answered,
      ms: inMs(ms),
    })),
  };
  return `${JSON.stringify(document)}\n`;
}

const inMs = (ms: number): number => Math.round(ms * 1_000) / 1_000;

function influxLine(
  { isUp }: ProbeRun,
  { status, metrics }: Printed,
  { measurement, integers, wall }: Writing,
): string {
  const reached = status === 'okay' && isUp !== false;
  const fields = [
    `client_success=${reached ? 1 : 0}${integers === 'marked' ? 'i' : ''}`,
    ...metrics
      .filter(({ name }) => name !== 'client_success')
      .map((metric) => `${influxKey(metric.name)}=${influxValue(metric, integers)}`),
  ];
  return `${measurement},rpc_maas=1 ${fields.join(',')} ${BigInt(Math.round(wall)) * 1_000_000n}\n`;
}

const influxKey = (name: string): string => name.replace(/\s/g, '_').replace(/[,=\\]/g, '\\$&');

function influxValue(metric: Metric, integers: Writing['integers']): string {
  const text = valueText(metric);
  if (typeof metric.value === 'string') return `"${text.replace(/["\\]/g, '\\$&')}"`;
  return text.includes('.') || integers === 'plain' ? text : `${text}i`;
}

function exposition({ plugin, isUp }: ProbeRun, { status, metrics }: Printed): string {
  const up = status === 'okay' && isUp !== false ? 1 : 0;
  const families = new Map<string, string[]>([['opsbro_maas_up', [`opsbro_maas_up{plugin="${plugin}"} ${up}`]]]);
  for (const metric of metrics) {
    const isText = typeof metric.value === 'string';
    const family = `opsbro_maas_${familyOf(metric).join('_').replace(/\W/g, '_')}${isText ? '_info' : ''}`;
    const labels = { plugin, ...metric.tags, ...(isText && { value: String(metric.value) }) };
    const written = Object.entries(labels).map(([name, value]) => `${name.replace(/\W/g, '_')}="${escaped(value)}"`);
    const line = `${family}{${written.join(',')}} ${isText ? 1 : metric.value}`;
    families.set(family, [...(families.get(family) ?? []), line]);
  }
  return Array.from(families, ([family, lines]) => `# TYPE ${family} gauge\n${lines.join('\n')}\n`).join('');
}

const escaped = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');

const STATES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'];

function nagiosLine(run: ProbeRun, { status, message, metrics }: Printed): Written {
  const down = metrics.filter(isDown);
  const exit = status === 'error' ? 3 : down.length > 0 ? 2 : 0;
  const said = run.message.replace(/\s+/g, ' ');
  const text =
    status === 'error'
      ? message.replace(/\s+/g, ' ')
      : down.length > 0
        ? `${down.map(({ name }) => name).join(', ')} 0${said === '' ? '' : `: ${said}`}`
        : `${metrics.length} metrics`;
  const numbers = metrics.filter(({ value }) => typeof value !== 'string');
  const perfdata = numbers.map(
    (metric) => `'${metric.name.replace(/['=]/g, '_')}'=${valueText(metric)}${nagiosUnit(metric)}`,
  );
  const line = `${run.plugin.toUpperCase()} ${STATES[exit]} - ${text.replaceAll('|', '/')}`;
  return { text: `${perfdata.length === 0 ? line : `${line} | ${perfdata.join(' ')}`}\n`, exit };
}

const isDown = ({ name, tags, value, type }: Metric): boolean =>
  type === 'uint32' && value === 0 && (name.endsWith('_status') || tags?.['binary'] !== undefined);

const nagiosUnit = ({ unit }: Metric): string => (unit === 'ms' ? 'ms' : unit === 'bytes' ? 'B' : '');
