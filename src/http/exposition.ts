/** One measured value of a family, told apart by its labels. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  /** What a sample of a histogram or summary has behind the name of its family. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly value: number;
}

/** Values of one name in Prometheus' sense. */
export interface Family {
  /** `[a-zA-Z_:][a-zA-Z0-9_:]*`, with unit and `_total` as is the custom. */
  readonly name: string;
  readonly help: string;
  /** `untyped` is what nothing more is known of. */
  readonly type: 'gauge' | 'counter' | 'histogram' | 'summary' | 'untyped';
  readonly samples: Iterable<Sample>;
}

/** Samples shown of one family; what is left out is counted in `opsbro_exposition_truncated`. */
const MAX_SAMPLES = 10_000;

/** Prometheus' text format 0.0.4, or OpenMetrics 1.0, in which a counter is named without its `_total`. */
export type ExpositionFormat = 'text' | 'openmetrics';

/** Families as Prometheus reads them. Of families of the same name the first is shown, so are samples of the same labels. */
export function exposition(families: Iterable<Family>, format: ExpositionFormat = 'text'): string {
  const lines: string[] = [];
  const names = new Set<string>();
  let leftOut = 0;
  for (const family of families) {
    if (names.has(family.name)) continue;
    names.add(family.name);
    leftOut += write(family, lines, format);
  }
  write(truncated(leftOut), lines, format);
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

const truncated = (value: number): Family => ({
  name: 'opsbro_exposition_truncated',
  help: 'Samples left out of this answer because their family has too many.',
  type: 'gauge',
  samples: [{ value }],
});

/** Adds a family's lines and answers how many of its samples were left out. */
function write({ name, help, type, samples }: Family, lines: string[], format: ExpositionFormat): number {
  const shownType = format === 'openmetrics' && type === 'untyped' ? 'unknown' : type;
  const title = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  const seen = new Set<string>();
  let leftOut = 0;
  for (const { labels, suffix = '', value } of samples) {
    const series = name + suffix + labelText(labels);
    if (seen.has(series)) continue;
    if (seen.size === 0) lines.push(`# HELP ${title} ${escapeHelp(help)}`, `# TYPE ${title} ${shownType}`);
    if (seen.size >= MAX_SAMPLES) leftOut += 1;
    else lines.push(`${series} ${numberText(value)}`);
    seen.add(series);
  }
  return leftOut;
}

function labelText(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
