import type { Metric, MetricType, MetricValue, ProbeRun } from './metric.ts';

/** A message that is made of an exception has no more than its last characters. */
const LONGEST_MESSAGE = 250;

/** What of a run is printed. */
export interface Printing {
  readonly profile: 'seed' | 'full';
  /** Whether metrics with a second spelling are printed in both. */
  readonly aliases: 'printed' | 'left out';
  /** More metrics than this are an error; 0 stands for any number. */
  readonly maxMetrics: number;
  /** How response times are printed. */
  readonly times: 'double' | 'uint32';
}

/** What a run comes to when it is printed: its status, and the metrics in their order. */
export interface Printed {
  readonly status: 'okay' | 'error';
  readonly message: string;
  readonly metrics: readonly Metric[];
}

/** Chooses what of a run is printed. */
export function printed({ status, message, metrics, isUp }: ProbeRun, printing: Printing): Printed {
  if (status === 'error') return { status, message: lastOf(message), metrics: [] };
  const wanted = metrics.filter(({ profile }) => profile === undefined || printing.profile === 'full');
  const all = [...reached(isUp, printing), ...wanted]
    .flatMap((metric) => spellings(metric, printing))
    .map((metric) => timed(metric, printing));
  if (printing.maxMetrics > 0 && all.length > printing.maxMetrics) {
    return { status: 'error', message: `Maximum of ${printing.maxMetrics} metrics per check`, metrics: [] };
  }
  return { status, message: '', metrics: all };
}

/** The lines that a run prints, each with its end of line. */
export function linesOf({ status, message, metrics }: Printed): string {
  const first = message === '' ? `status ${status}` : `status ${status} ${oneLine(message)}`;
  return [first, ...metrics.map(metricLine)].map((line) => `${line}\n`).join('');
}

/** The value of a metric as it is printed: response times and other fractions with their digits, texts on one line. */
export function valueText({ type, value }: Pick<Metric, 'type' | 'value'>): string {
  if (typeof value === 'string') return oneLine(value);
  return type === 'double' ? Number(value).toFixed(DIGITS) : String(value);
}

const DIGITS = 3;

/** The end of a text that is too long, where exceptions say what went wrong. */
export const lastOf = (message: string): string => message.slice(-LONGEST_MESSAGE);

const oneLine = (text: string): string => text.replace(/\r\n|[\r\n]/g, '\\n');

const metricLine = (metric: Metric): string =>
  `metric ${metric.name} ${metric.type} ${valueText(metric)}${hasUnit(metric) ? ` ${metric.unit}` : ''}`;

const hasUnit = ({ type, unit }: Metric): boolean => unit !== '' && type !== 'string';

function reached(isUp: boolean | undefined, { profile }: Printing): readonly Metric[] {
  if (profile !== 'full' || isUp === undefined) return [];
  return [{ name: 'client_success', type: 'uint32', value: isUp ? 1 : 0, unit: '' }];
}

function spellings(metric: Metric, { aliases }: Printing): readonly Metric[] {
  if (aliases === 'left out' || metric.alias === undefined) return [metric];
  return [metric, { ...metric, name: metric.alias }];
}

/** Response times may be wanted as whole numbers. */
function timed(metric: Metric, { times }: Printing): Metric {
  const isTime = metric.type === 'double' && metric.unit === 'ms';
  if (!isTime || times === 'double') return metric;
  return { ...metric, type: 'uint32' satisfies MetricType, value: rounded(metric.value) };
}

const rounded = (value: MetricValue): MetricValue => (typeof value === 'number' ? Math.round(value) : value);
