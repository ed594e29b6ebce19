import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../base/clock.ts';
import type { Vitals } from '../model/self.ts';

/** Coarse, so that watching the event loop does not keep it busy. */
const RESOLUTION_MS = 500;
const SHORTEST_SPAN_MS = 1_000;
/** Of fewer the delays of the span before tell more. */
const FEW_SAMPLES = 20;

/** Readings of this process. */
export interface VitalSigns extends Disposable {
  (): Vitals;
  /** How late timers ran since this was called last, in milliseconds: 99 of 100 were less late. */
  lateness(): number;
}

/** Begins to watch this process; each call of the answer is a reading. */
export function watchVitals(clock: Clock): VitalSigns {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const start = { at: clock.now(), cpu: process.cpuUsage() };
  let last = start;
  let cpuPercent = 0;
  let lastDelay = { p50: 0, p99: 0 };
  const late = (percentile: number) => round(Math.max(0, delay.percentile(percentile) / 1e6 - RESOLUTION_MS));
  const delayNow = () => ({ p50: late(50), p99: late(99) });
  const lateness = () => {
    lastDelay = delay.count === 0 ? lastDelay : delayNow();
    delay.reset();
    return lastDelay.p99;
  };
  const read = (): Vitals => {
    const now = clock.now();
    if (now - last.at >= SHORTEST_SPAN_MS) {
      const { user, system } = process.cpuUsage(last.cpu);
      cpuPercent = round((user + system) / 10 / (now - last.at));
      last = { at: now, cpu: process.cpuUsage() };
    }
    const { rss, heapUsed } = process.memoryUsage();
    return {
      cpuPercent,
      memoryBytes: rss,
      heapBytes: heapUsed,
      handles: process.getActiveResourcesInfo().length,
      loopDelay: delay.count < FEW_SAMPLES ? lastDelay : delayNow(),
    };
  };
  return Object.assign(read, { lateness, [Symbol.dispose]: () => void delay.disable() });
}

const round = (value: number): number => Math.round(value * 100) / 100;
