import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { startStatsd } from '../../src/statsd/statsd.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';
import { USUAL } from './windows.ts';

const PATIENT = { timeout: 10_000 };
/** What one socket may have at most. */
const mostRoom = Number(readFileSync('/proc/sys/net/core/rmem_max', 'utf8'));

const openDoor = () =>
  startStatsd({
    ...{ bind: ['127.0.0.1'], port: 0, settings: USUAL, clock: new SimulatedClock(), random: seeded(3), log: silent },
    ...{ store: () => {}, takeEvent: () => {}, takeCheck: () => false, shelf: memoryShelf(), trouble: () => {} },
  });

/** Sends from two processes at once while this one does nothing else, so that the system has to keep all of it. */
function burst(port: number, datagrams: number, datagram: string): void {
  const send = `
    const socket = require('node:dgram').createSocket('udp4');
    let left = ${datagrams / 2};
    const next = () => (left-- > 0 ? socket.send('${datagram}', ${port}, '127.0.0.1', next) : socket.close());
    next();`;
  const both = '"$0" -e "$1" & "$0" -e "$1" & wait';
  const { status, stderr } = spawnSync('sh', ['-c', both, process.execPath, send], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

test.skipIf(mostRoom < 4_194_304)(
  'a burst of a thousand datagrams from two processes is counted to the last',
  async () => {
    await using door = await openDoor();
    burst(door.port, 1_000, 'hits:1|c');
    await vi.waitFor(() => expect(door.counters.packets + door.counters.drops).toBe(1_000), PATIENT);
    expect(door.counters).toMatchObject({ samples: 1_000, drops: 0 });
  },
);

test('what the system has no room for is counted as well', async () => {
  await using door = await openDoor();
  const lines = Array.from({ length: 150 }, () => 'hits:1|c').join('\\n');
  burst(door.port, 8_000, lines);
  await vi.waitFor(() => expect(door.counters.packets + door.counters.drops).toBe(8_000), PATIENT);
  const { packets, samples, drops } = door.counters;
  expect(drops).toBeGreaterThan(0);
  expect(samples).toBe(150 * packets);
});
