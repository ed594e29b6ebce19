import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { Bus } from '../../src/base/bus.ts';
import type { Disposal } from '../../src/base/disposal.ts';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { type DnsOptions, startDns } from '../../src/dns/dns.ts';
import { DEFAULT_ANSWERS } from '../../src/dns/settings.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { Member } from '../../src/model/member.ts';
import { SimulatedClock } from '../support/clock.ts';
import { OPEN_DOOR, poolOf } from './pool.ts';

const run = promisify(execFile);
const LOOPBACK = '127.0.0.1';

/** An open door on a free port over members that may be changed. */
export async function openPool(
  opened: Disposal,
  pool: readonly [Member, ...Member[]],
  changes: Partial<DnsOptions> = {},
) {
  const clock = new SimulatedClock(1_700_000_000_000);
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const members = new Map(poolOf(pool).members);
  const common = { bind: [LOOPBACK], port: 0, settings: DEFAULT_ANSWERS, door: OPEN_DOOR } as const;
  const around = { bus, clock, random: seeded(1), log: silent, isDrained: () => false };
  const membership = {
    get self() {
      return members.get(pool[0].id) ?? pool[0];
    },
    members,
  };
  const door = opened.use(await startDns({ ...common, ...around, membership, ...changes }));
  const become = (after: Member) => {
    members.set(after.id, after);
    bus.emit({ type: 'member-update', member: after });
  };
  return { door, clock, become };
}

/** What `dig` prints when it asks this port. */
export const dig = async (path: string, port: number, ...args: readonly string[]): Promise<string> =>
  (await run(path, ['-p', String(port), `@${LOOPBACK}`, '+tries=1', '+time=5', ...args])).stdout;

/** Starts a program that ends with the test. */
export function startProgram(opened: Disposal, path: string, args: readonly string[]): void {
  const child = spawn(path, [...args], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  opened.defer(async () => {
    child.kill('SIGKILL');
    await gone;
  });
}
