import { OpsbroError } from '../base/errors.ts';
import type { CheckResult, CheckState } from '../model/check.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';
import { isOutside, type PerfItem, parsePerfdata, parseRange, type Range } from '../model/perfdata.ts';

interface Limit {
  readonly range: Range;
  /** As written, for people. */
  readonly text: string;
}

/** What people allow a measured value of a plugin to be. */
export interface Threshold {
  readonly warning?: Limit | undefined;
  readonly critical?: Limit | undefined;
  /** Without the value nobody knows. */
  readonly required: boolean;
}

type Thresholds = ReadonlyMap<string, Threshold>;

const WORST_FIRST: readonly CheckState[] = ['critical', 'unknown', 'warning', 'ok'];

/** Reads `perf_thresholds`: ranges by label. Throws `invalid_config` naming what is no range. */
export const readThresholds = (written: YamlMap): Thresholds =>
  new Map(Object.entries(written).map(([label, value]) => [label, readThreshold(label, value)]));

function readThreshold(label: string, written: Yaml): Threshold {
  const isMap = typeof written === 'object' && written !== null && !Array.isArray(written);
  const { warning, critical, required } = isMap ? (written as YamlMap) : {};
  return { warning: readLimit(label, warning), critical: readLimit(label, critical), required: required === true };
}

function readLimit(label: string, written: Yaml | undefined): Limit | undefined {
  if (written === undefined || written === null) return undefined;
  const text = String(written);
  const range = parseRange(text);
  if (range) return { range, text };
  throw new OpsbroError('invalid_config', `perf_thresholds.${label}: "${text}" is no range; write one such as 0:80`);
}

/** The result, made worse where a measured value is outside what is allowed; never better. */
export function withThresholds(result: CheckResult, thresholds: Thresholds): CheckResult {
  if (thresholds.size === 0) return result;
  const { items } = parsePerfdata((result.perfdata ?? []).join(' '));
  let { state, output } = result;
  for (const [label, threshold] of thresholds) {
    const found = judge(
      label,
      items.find((item) => item.label === label),
      threshold,
    );
    if (!found) continue;
    if (WORST_FIRST.indexOf(found.state) < WORST_FIRST.indexOf(state)) state = found.state;
    output += ` [${found.note}]`;
  }
  return { ...result, state, output };
}

interface Finding {
  readonly state: CheckState;
  readonly note: string;
}

function judge(label: string, item: PerfItem | undefined, threshold: Threshold): Finding | undefined {
  if (item === undefined || item.value === null) {
    return threshold.required ? { state: 'unknown', note: `label ${label} is missing` } : undefined;
  }
  for (const state of ['critical', 'warning'] as const) {
    const limit = threshold[state];
    if (!limit || !isOutside(limit.range, item.value)) continue;
    return { state, note: `${label}=${item.value}${item.unit} outside ${limit.text}` };
  }
  return undefined;
}
