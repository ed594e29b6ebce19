import type { Bus } from '../base/bus.ts';
import type { CheckRecord } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { CheckSummary, ServiceSummary } from '../model/member.ts';
import type { ServiceRecord } from '../model/service.ts';

/** What the pool is told of this node. */
interface Pool {
  setGroups(groups: Iterable<string>): void;
  setCheck(id: string, summary: CheckSummary): void;
  removeCheck(id: string): void;
  setService(name: string, summary: ServiceSummary): void;
  removeService(name: string): void;
}

interface Work {
  readonly groups: ReadonlySet<string>;
  checks(): readonly CheckRecord[];
  readonly services: { records(): readonly ServiceRecord[] };
}

/** Tells the pool in which groups this node is and how its checks are, from now on and at each change. */
export function announce(bus: Bus<AgentEvent>, work: Work, pool: Pool): Disposable {
  const told = new Set<string>();
  const tell = (check: CheckRecord) => {
    told.add(check.id);
    pool.setCheck(check.id, summaryOf(check));
  };
  const tellAll = () => {
    pool.setGroups(work.groups);
    const checks = work.checks();
    const present = new Set(checks.map(({ id }) => id));
    for (const id of told) if (!present.has(id) && told.delete(id)) pool.removeCheck(id);
    for (const check of checks) if (!told.has(check.id)) tell(check);
  };
  tellAll();
  for (const service of work.services.records()) pool.setService(service.name, offerOf(service));
  const listeners = [
    bus.on('groups-change', tellAll),
    bus.on('checks-change', tellAll),
    bus.on('config-change', tellAll),
    bus.on('check-change', ({ check }) => tell(check)),
    bus.on('service-change', ({ name, service }) => {
      if (service) pool.setService(name, offerOf(service));
      else pool.removeService(name);
    }),
  ];
  return {
    [Symbol.dispose]() {
      for (const listener of listeners) listener[Symbol.dispose]();
    },
  };
}

const summaryOf = ({ state, hard, lastChange, output }: CheckRecord): CheckSummary => ({
  state,
  hard,
  changed: lastChange ?? 0,
  output: state === 'ok' ? '' : output,
});

const offerOf = ({ state, address, port, tags, meta, protocol, weights }: ServiceRecord): ServiceSummary => ({
  state,
  address,
  port,
  tags,
  meta,
  ...(protocol !== '' && { protocol }),
  ...(weights && { weights }),
});
