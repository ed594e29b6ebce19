import type { Bus } from '../base/bus.ts';
import type { Logger } from '../base/log.ts';
import type { CollectorRecord } from '../model/collector.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Metrics } from '../model/metrics.ts';
import { taggedIn } from '../model/tagged.ts';
import { collectorSeriesName, type KeyNaming, nameNumbers, numbersIn } from './collector-series.ts';
import type { Point } from './metric-store.ts';
import { taggedName } from './tags.ts';

const MOST_KNOWN = 10_000;

/** What becomes of what collectors see. */
export interface FeedSetting {
  readonly bus: Bus<AgentEvent>;
  readonly log: Logger;
  /** Takes a point of the agent itself. */
  add(point: Point): void;
  /** The name of this node. */
  readonly node: string;
  /** Dots of the node's name become `_`. */
  readonly isNodeEscaped: boolean;
  readonly naming: KeyNaming;
  /** Whether a number of a collector makes a series, as its documentation says. */
  isStored(collector: string, path: readonly string[]): boolean;
}

/** Makes series of what collectors see, and of how they run, until disposed of. */
export class CollectorFeed implements Disposable {
  readonly #setting: FeedSetting;
  readonly #listening: readonly Disposable[];
  readonly #prefix: string;
  /** When what a collector saw last was seen: a run that sees nothing new shows the old once more. */
  readonly #seen = new Map<string, number>();
  /** When what ran last ended its run: what becomes idle has not run once more. */
  readonly #ran = new Map<string, number>();
  readonly #warned = new Set<string>();
  /** By collector and path: the same paths are asked about at every run. New code of a pack may answer differently. */
  readonly #stored = new Map<string, Map<string, boolean>>();
  /** Keys that lost their name to another one. */
  clashes = 0;

  constructor(setting: FeedSetting) {
    this.#setting = setting;
    this.#prefix = setting.isNodeEscaped ? setting.node.replaceAll('.', '_') : setting.node;
    this.#listening = [
      setting.bus.on('collector-done', ({ collector }) => this.#take(collector)),
      setting.bus.on('config-change', () => this.#stored.clear()),
    ];
  }

  [Symbol.dispose](): void {
    for (const each of this.#listening) each[Symbol.dispose]();
  }

  #take(collector: CollectorRecord): void {
    const { name, results, lastCheck, lastRun, state } = collector;
    if (lastRun === null || this.#ran.get(name) === lastRun) return;
    this.#ran.set(name, lastRun);
    if (results !== null && lastCheck !== null && this.#seen.get(name) !== lastCheck) {
      this.#seen.set(name, lastCheck);
      this.#addSeen(collector, results, Math.floor(lastCheck / 1_000));
    }
    // What is not for this node has nothing to tell of its runs.
    if (state !== 'not-eligible') this.#addRun(collector, Math.floor(lastRun / 1_000));
  }

  #addSeen({ name, storesAll }: CollectorRecord, results: Metrics, time: number): void {
    const { naming, add } = this.#setting;
    const leaves = [...numbersIn(results)].filter(({ path }) => storesAll || this.#isStored(name, path));
    const { numbers, clashes } = nameNumbers(name, leaves, naming);
    for (const number of numbers) add({ name: `${this.#prefix}.${number.name}`, value: number.value, time });
    for (const { path, tags, value } of taggedIn(results)) {
      const plain = collectorSeriesName(this.#prefix, [name, ...path], naming);
      add({ name: taggedName(plain, Object.entries(tags)), value, time });
    }
    for (const clash of clashes) this.#noteClash(name, clash);
  }

  #isStored(collector: string, path: readonly string[]): boolean {
    let known = this.#stored.get(collector);
    // Collectors of what comes and goes would fill it up.
    if (known === undefined || known.size > MOST_KNOWN) {
      known = new Map();
      this.#stored.set(collector, known);
    }
    const key = path.join('\0');
    let answer = known.get(key);
    if (answer === undefined) {
      answer = this.#setting.isStored(collector, path);
      known.set(key, answer);
    }
    return answer;
  }

  #addRun({ name, durationMs, runsTotal, errorsTotal, skippedTotal }: CollectorRecord, time: number): void {
    const duration = Math.round(durationMs * 100) / 100;
    const run = { duration_ms: duration, runs: runsTotal, errors: errorsTotal, skipped: skippedTotal };
    for (const [what, value] of Object.entries(run)) {
      this.#setting.add({ name: `opsbro.collector.${name}.${what}`, value, time });
    }
  }

  #noteClash(collector: string, { path, name }: { readonly path: string; readonly name: string }): void {
    this.clashes += 1;
    const key = `${collector}.${path}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.#setting.log.warn(
      { key, series: name },
      'two keys of a collector have the same name as series; this one has none',
    );
  }
}
