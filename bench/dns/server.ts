/** The real DNS door over a made-up pool, in a process of its own. Prints its port. Arguments: how many nodes, services a node, `steady` or `changing`. */
import { Bus } from '../../src/base/bus.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { startDns } from '../../src/dns/dns.ts';
import { DEFAULT_ANSWERS } from '../../src/dns/settings.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { Member, ServiceSummary } from '../../src/model/member.ts';
import { check, member, service } from '../../test/dns/pool.ts';

const NAMES = 100;
const LARGE = 60;
const PERIOD_MS = 1_000;
const [nodes = 160, servicesEach = 0] = process.argv.slice(2, 4).map(Number);
const isChanging = process.argv[4] === 'changing';

/** Node `i` of the pool: the first 100 are asked by name, the next 60 are in a hundred groups each. */
function nodeOf(i: number): Member {
  const isLarge = i >= NAMES && i < NAMES + LARGE;
  const groups = isLarge ? Array.from({ length: NAMES }, (_, group) => `big${group}`) : [];
  const services = new Map<string, ServiceSummary>();
  for (let k = 0; k < servicesEach; k++)
    services.set(`svc${(i * servicesEach + k) % 1_000}`, service({ port: 8_000 + k }));
  const address = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
  return member({ name: `n${i}`, address, zone: 'bench', groups, services, checks: new Map([['load', check('ok')]]) });
}

const self = nodeOf(0);
const members = new Map(
  [self, ...Array.from({ length: nodes - 1 }, (_, i) => nodeOf(i + 1))].map((one) => [one.id, one]),
);
const bus = new Bus<AgentEvent>((error) => {
  throw error;
});
const settings = { ...DEFAULT_ANSWERS, domains: ['test'] };
const limits = { allow: ['127.0.0.0/8'], rateLimit: 200, tcpMax: 256, tcpIdleMs: 10_000, logQueries: 0, recursors: [] };
const around = { bus, clock: systemClock, random: systemRandom, log: silent, isDrained: () => false };
const door = await startDns({
  ...{ bind: ['127.0.0.1'], port: 0, settings, door: limits, membership: { self, members } },
  ...around,
});

if (isChanging) {
  let turn = 0;
  setInterval(() => {
    const known = members.get(`id-n${NAMES + (turn++ % LARGE)}`);
    if (!known) return;
    const changed = { ...known, checks: new Map([['load', check(turn % 2 ? 'critical' : 'ok')]]) };
    members.set(changed.id, changed);
    bus.emit({ type: 'record-change', part: 'checks', member: changed, before: known });
  }, PERIOD_MS);
}
process.stdout.write(`${door.port}\n`);
process.once('SIGTERM', () => process.exit(0));
