import type { Bus } from '../base/bus.ts';
import type { CheckRecord } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import { baseValue, scaleOf } from '../model/perf-units.ts';
import { type PerfItem, parsePerfdata } from '../model/perfdata.ts';
import { cleanedKey } from './collector-series.ts';
import type { Point } from './metric-store.ts';

/** What becomes of what checks measure. */
export interface CheckFeedSetting {
  readonly bus: Bus<AgentEvent>;
  /** Takes a point of the agent itself. */
  add(point: Point): void;
  /** The name of this node. */
  readonly node: string;
  /** Dots of the node's name become `_`. */
  readonly isNodeEscaped: boolean;
  /** Where a value would warn and be critical become series too. */
  readonly withThresholds: boolean;
}

/** Makes series of the performance data of checks until disposed of: in seconds and bytes, `<node>.<check>.<label>`. */
export class CheckFeed implements Disposable {
  readonly #setting: CheckFeedSetting;
  readonly #listening: Disposable;
  readonly #prefix: string;

  constructor(setting: CheckFeedSetting) {
    this.#setting = setting;
    this.#prefix = setting.isNodeEscaped ? setting.node.replaceAll('.', '_') : setting.node;
    this.#listening = setting.bus.on('check-done', ({ check }) => {
      if (check.perfdata.length > 0 && check.lastCheck !== null) this.#take(check, Math.floor(check.lastCheck / 1_000));
    });
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  #take({ id, perfdata }: CheckRecord, time: number): void {
    const { add, withThresholds } = this.#setting;
    const prefix = [this.#prefix, ...id.split('/').map(cleanedKey)].join('.');
    for (const item of parsePerfdata(perfdata.join(' ')).items) {
      const value = baseValue(item);
      const name = `${prefix}.${cleanedLabel(item.label)}`;
      if (value !== null) add({ name, value, time });
      if (withThresholds)
        for (const limit of limitsOf(item)) add({ name: `${name}.${limit.name}`, value: limit.value, time });
    }
  }
}

/** As a key of a collector, but a path keeps telling that it begins at the root. */
const cleanedLabel = (label: string): string =>
  label.length > 1 && label.startsWith('/') ? `_${cleanedKey(label.slice(1))}` : cleanedKey(label);

/** The upper ends of the ranges that have one. */
function limitsOf({ warning, critical, unit }: PerfItem): { readonly name: string; readonly value: number }[] {
  const ends = [
    { name: 'warn', range: warning },
    { name: 'crit', range: critical },
  ];
  return ends.flatMap(({ name, range }) =>
    range && Number.isFinite(range.end) ? [{ name, value: range.end * scaleOf(unit) }] : [],
  );
}
