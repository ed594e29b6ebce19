import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import type { Shelf } from '../base/shelf.ts';
import type { CheckRecord } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { CheckChange, CheckHistory } from '../model/history.ts';
import { withinBytes } from '../model/plugin-output.ts';
import type { ServiceRecord } from '../model/service.ts';
import { ChangeLog, type HistoryLimits, type Kept } from './change-log.ts';

interface Options {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly shelf: Shelf;
  readonly limits?: HistoryLimits;
}

const OUTPUT_BYTES = 4_096;

/**
 * Keeps how the states of checks and services changed, from now on until it is disposed of: every change of a state or of whether it is
 * confirmed, and results that came too late to count.
 */
export async function keepCheckHistory({ bus, clock, shelf, limits }: Options): Promise<CheckHistory & Kept> {
  const log = await ChangeLog.open<CheckChange>(shelf, clock, limits);
  const listeners = [
    bus.on('check-change', ({ check, before }) => {
      if (check.state === before.state && check.hard === before.hard) return;
      log.add((stamp) => ({ ...stamp, ...changeOf(check), oldState: before.state }));
    }),
    bus.on('check-late', ({ check, result, at }) => {
      const late = { state: result.state, hard: false, output: shortened(result.output), lastCheck: at };
      log.add((stamp) => ({ ...stamp, ...changeOf(check), oldState: check.state, ...late }));
    }),
    bus.on('service-change', ({ service, before }) => {
      if (!service || service.state === (before?.state ?? service.oldState)) return;
      log.add((stamp) => ({ ...stamp, ...serviceChange(service) }));
    }),
  ];
  return {
    changes: () => log.changes(),
    limit: (wanted) => log.limit(wanted),
    [Symbol.dispose]() {
      for (const listener of listeners) listener[Symbol.dispose]();
    },
  };
}

function changeOf(check: CheckRecord) {
  const { id: name, displayName, packName, packLevel, state, hard, attempt, output, lastCheck } = check;
  return { name, displayName, packName, packLevel, state, hard, attempt, output: shortened(output), lastCheck };
}

function serviceChange({ name, packName, packLevel, state, oldState, output, lastChange }: ServiceRecord) {
  const known = { name: `service ${name}`, displayName: name, packName, packLevel, state, oldState };
  return { ...known, hard: true, attempt: 1, output: shortened(output), lastCheck: lastChange };
}

const shortened = (text: string): string => withinBytes(text, OUTPUT_BYTES);
