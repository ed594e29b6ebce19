import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import type { HealthPart } from '../../src/http/parts.ts';
import type { CheckState } from '../../src/model/check.ts';
import type { YamlMap } from '../../src/model/pack.ts';
import type { RepairRecord } from '../../src/model/repair.ts';
import type { Deed } from '../../src/repair/repair-world.ts';
import { RequestRate } from '../../src/repair/request-rate.ts';
import { HealthServices } from '../../src/runtime/health-services.ts';
import { RepairAudit } from '../../src/runtime/repair-audit.ts';
import { check } from '../support/nodes.ts';
import { memoryShelf } from '../support/shelf.ts';

/** A check of the agent that belongs to a service. */
export interface ServedCheck {
  readonly service: string;
  readonly state: CheckState;
  readonly repair?: readonly YamlMap[];
}

/** Services that are made of checks of the agent; what is done about one makes it well. */
export function fakeHealth(written: Readonly<Record<string, ServedCheck>> = {}) {
  const checks = new Map(Object.entries(written));
  const acts: Deed[] = [];
  const records: RepairRecord[] = [];
  const audit = new RepairAudit(memoryShelf());
  const services = new HealthServices({
    ...{ clock: systemClock, log: silent, defaultIntervalMs: 30_000, recheck: 'service' },
    directories: () => [],
    runnerFor: () => {
      throw new Error('there are no packages');
    },
    checks: {
      checks: () =>
        [...checks].map(([id, { service, state }]) =>
          check(id, { service, state, hardState: state, output: `${id} is ${state}` }),
        ),
      checkDefinition: (id) => ({ repair: checks.get(id)?.repair ?? [] }),
      runCheck: async (id) => check(id),
      reportCheck: (id) => check(id),
      defineChecks: () => ({ added: 0, changed: 0, removed: 0, unchanged: 0 }),
    },
    shelf: memoryShelf(),
    touched: () => {},
    muted: () => '',
    async act(deed) {
      acts.push(deed);
      const known = checks.get(deed.target.check);
      if (known) checks.set(deed.target.check, { ...known, state: 'ok' });
      return { exit: 0, output: 'done', isOk: true };
    },
    repairs: {
      ...{ clock: systemClock, log: silent, shelf: memoryShelf(), node: 'one', breaker: 5 },
      newId: () => `r${records.length + acts.length + 1}`,
      groups: () => new Set(),
      holds: async () => true,
      nodes: () => ({ alive: 1, all: 1 }),
      audit(record) {
        records.push(record);
        audit.write(record);
      },
      tell: () => {},
    },
  });
  const rate = new RequestRate(() => systemClock.now());
  const part: HealthPart = {
    ...{ services, audit, takeRequest: (who: string) => rate.take(who) },
    commandOf: ({ rules }) => rules.command ?? [],
    collectLogs: async () => Buffer.from('logs'),
  };
  return { part, acts, records };
}
