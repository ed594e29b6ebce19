import { tagsOf } from './series-name.ts';

/** A series as Prometheus names it. */
export interface PrometheusName {
  /** `[a-zA-Z_:][a-zA-Z0-9_:]*` */
  readonly name: string;
  /** By name: `[a-zA-Z_][a-zA-Z0-9_]*`. */
  readonly labels: ReadonlyMap<string, string>;
}

/** Names that Prometheus gives meanings of its own. */
const RESERVED = /^__/;

/** The name for Prometheus of a series: what it may not hold becomes `_`, tags become labels. */
export function prometheusName(series: string): PrometheusName {
  const [[, path = ''] = [], ...tags] = tagsOf(series);
  const labels = tags.map(([tag, value]) => [cleaned(tag.replace(RESERVED, '_'), /[^a-zA-Z0-9_]/g), value] as const);
  return { name: cleaned(path, /[^a-zA-Z0-9_:]/g), labels: new Map(labels) };
}

function cleaned(text: string, foreign: RegExp): string {
  const clean = text.replace(foreign, '_');
  return clean === '' || /^\d/.test(clean) ? `_${clean}` : clean;
}
