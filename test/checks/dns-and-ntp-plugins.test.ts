import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import script from '../../src/checks/script.ts';
import { startDns } from '../../src/dns/dns.ts';
import { DEFAULT_ANSWERS } from '../../src/dns/settings.ts';
import type { CheckResult } from '../../src/model/check.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { parsePerfdata } from '../../src/model/perfdata.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { OPEN_DOOR, POOL, poolOf } from '../dns/pool.ts';
import { checkContext } from '../support/check.ts';
import { never } from '../support/host.ts';
import { testWith } from '../support/services.ts';

const LOOPBACK = '127.0.0.1';
const NAME = 'redis.group.dc1.opsbro';
/** Seconds from 1900, where NTP begins, to 1970. */
const NTP_EPOCH = 2_208_988_800;

/** Runs a plugin as checks do; with the labels of what it measured. */
async function ran(line: string): Promise<CheckResult & { readonly labels: readonly string[] }> {
  await using host = systemHost(systemClock);
  const result = await script.configure({ script: line, nice: 0 })(checkContext({ host }), never);
  const read = parsePerfdata((result.perfdata ?? []).join(' '));
  expect(read.bad).toBe(0);
  return { ...result, labels: read.items.map(({ label }) => label) };
}

/** Our own DNS, on a port of its own. */
async function dnsPort(): Promise<number> {
  const bus = new Bus<AgentEvent>(() => {});
  const around = { bus, clock: systemClock, random: seeded(1), log: silent, isDrained: () => false };
  const settings = { bind: [LOOPBACK] as const, port: 0, settings: DEFAULT_ANSWERS, door: OPEN_DOOR };
  const door = await startDns({ ...settings, ...around, membership: poolOf(POOL) });
  onTestFinished(() => door[Symbol.asyncDispose]());
  return door.port;
}

/** A server of time that is so many seconds ahead. */
async function ntpPort(ahead: number): Promise<number> {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  socket.on('message', (asked, from) => {
    const answer = Buffer.alloc(48);
    // No warning, version 4, a server, of stratum 2.
    answer.set([0x24, 2, 6, 0xec]);
    const now = Date.now() / 1_000 + ahead + NTP_EPOCH;
    for (const at of [16, 32, 40]) {
      answer.writeUInt32BE(Math.floor(now), at);
      answer.writeUInt32BE(Math.floor((now % 1) * 2 ** 32), at + 4);
    }
    // When it was asked, by the clock of who asked.
    asked.copy(answer, 24, 40, 48);
    socket.send(answer, from.port, from.address);
  });
  socket.bind(0, LOOPBACK);
  await once(socket, 'listening');
  return socket.address().port;
}

testWith('check_dig', 'our own DNS answers a plugin, with the address it should or another', async () => {
  const port = await dnsPort();
  const right = await ran(`check_dig -H ${LOOPBACK} -p ${port} -l ${NAME} -a 10.0.0.1`);
  expect(right).toMatchObject({ state: 'ok', labels: ['time'] });
  expect(right.output).toMatch(
    /^DNS OK - [\d.]+ seconds response time \(redis\.group\.dc1\.opsbro\. 5 IN A 10\.0\.0\.1\)$/i,
  );
  const wrong = await ran(`check_dig -H ${LOOPBACK} -p ${port} -l ${NAME} -a 10.9.9.9`);
  expect(wrong.state).toBe('warning');
  expect(wrong.output).toMatch(/Server not found in ANSWER SECTION/);
});

testWith('check_dns', 'a server of DNS that is not there', async () => {
  const result = await ran(`check_dns -H ${NAME} -s 127.9.9.9 -t 3`);
  expect(result.state).toBe('critical');
});

testWith('check_ntp_time', 'a server of time that agrees, one that is off, and one that is not there', async () => {
  const limits = '-w 0.5 -c 1';
  const asked = async (port: number) => await ran(`check_ntp_time -H ${LOOPBACK} -p ${port} ${limits} -t 3`);
  const [right, off] = await Promise.all([asked(await ntpPort(0)), asked(await ntpPort(3))]);
  expect(right).toMatchObject({ state: 'ok', labels: ['offset'] });
  expect(right.output).toMatch(/^NTP OK: Offset -?[\d.e-]+ secs/);
  expect(off).toMatchObject({ state: 'critical', labels: ['offset'] });
  expect(off.output).toMatch(/^NTP CRITICAL: Offset (?:2\.|3\.0)\d+ secs/);
  const gone = createSocket('udp4').bind(0, LOOPBACK);
  await once(gone, 'listening');
  const { port } = gone.address();
  gone.close();
  expect((await asked(port)).state).toBe('critical');
});
