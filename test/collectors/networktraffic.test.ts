import { expect, test } from 'vitest';
import networktraffic, { parseInterfaces, trafficOf } from '../../src/collectors/networktraffic.ts';
import { look } from '../support/collecting.ts';
import { fakeHost } from '../support/host.ts';
import { MODERN, OLD } from '../support/machines.ts';

const counted = (bytes: number) =>
  parseInterfaces(`eth0:${bytes} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0`).get('eth0') ?? new Map<string, number>();

const traffic = (before: number, after: number, width: 32 | 64) =>
  trafficOf({ before: counted(before), after: counted(after), seconds: 10 }, width);

test('a counter that goes on has what it went by, and that per second', () => {
  expect(traffic(100, 600, 64)).toMatchObject({ recv_bytes: 500, 'recv_bytes/s': 50 });
});

test('a counter of 32 bits may start again', () => {
  expect(traffic(4_294_967_290, 10, 32)).toMatchObject({ recv_bytes: 16, 'recv_bytes/s': 1.6 });
});

test('a counter that was reset has no rate, and no negative one', () => {
  const tree = traffic(4_294_967_290, 10, 64);
  expect(tree).not.toHaveProperty('recv_bytes');
  expect(tree).not.toHaveProperty('recv_bytes/s');
  expect(tree).toMatchObject({ counters: { recv_bytes: 10 }, 'trans_bytes/s': 0 });
});

test('every column has its name, also when the first number touches the colon', () => {
  const eth0 = parseInterfaces(MODERN['/proc/net/dev']).get('eth0');
  expect([...(eth0?.values() ?? [])]).toEqual([4000, 40, 1, 2, 3, 4, 5, 6, 7000, 70, 8, 9, 10, 11, 12, 13]);
});

test.each([
  ['neither loopback nor interfaces of containers', {}, ['eth0']],
  ['loopback when asked for', { loopback: true }, ['lo', 'eth0']],
  ['all but what is excluded', { exclude: ['eth*'] }, ['docker0']],
])('looks at %s', async (_, options, names) => {
  expect(Object.keys(await look(networktraffic.configure(options), fakeHost({ files: MODERN })))).toEqual(names);
});

test('the first run has rates, and what the link is', async () => {
  const { eth0 } = await look(networktraffic.configure({}), fakeHost({ files: MODERN }));
  expect(eth0).toMatchObject({ recv_bytes: 0, 'recv_bytes/s': 0, speed_mbit: 1_000, operstate: 'up' });
});

test('on a machine of 32 bits counters start again', async () => {
  const files: Record<string, string> = { ...OLD };
  const host = fakeHost({ files, facts: { architecture: 'armv7l' } });
  const collect = networktraffic.configure({});
  await look(collect, host);
  files['/proc/net/dev'] = '  eth0:10 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n';
  expect(await look(collect, host)).toMatchObject({ eth0: { recv_bytes: 16 } });
});
