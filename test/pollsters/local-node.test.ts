import { expect, test } from 'vitest';
import { z } from 'zod';
import type { TakenSample } from '../../src/model/sample.ts';
import { NotEligible } from '../../src/plugins/outcomes.ts';
import localNode from '../../src/pollsters/local-node.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN } from '../support/machines.ts';

const FILES = {
  '/proc/loadavg': '0.26 0.11 0.07 1/95 9284\n',
  '/proc/meminfo': 'MemTotal: 1000 kB\nMemAvailable: 600 kB\nSwapTotal: 400 kB\nSwapFree: 300 kB\n',
  '/proc/stat': 'cpu  100 0 50 900 7 2 3 0 0 0\ncpu0 1 1 1 1\n',
  '/proc/net/dev': [
    'Inter-|   Receive',
    ' face |bytes packets',
    '    lo: 5 0 0 0 0 0 0 0 5 0 0 0 0 0 0 0',
    '  eth0:100 1 2 0 0 0 0 0 200 3 0 0 0 0 0 0',
  ].join('\n'),
  '/proc/diskstats': '   8 0 sda 1 0 10 0 1 0 20 0 0 0 0\n   8 1 sda1 1 0 10 0 1 0 20 0 0 0 0\n',
  '/sys/block/sda/size': '1',
};

async function poll(files: Readonly<Record<string, string>>, options: unknown = {}): Promise<TakenSample[]> {
  const taken: TakenSample[] = [];
  const context = { host: fakeHost({ files: { ...files } }), signal: never };
  for await (const sample of localNode.configure(options)(context, [{ id: 'box', metadata: {} }])) taken.push(sample);
  return taken;
}

test('samples the processors, the memory, each disk and each interface', async () => {
  const taken = await poll(FILES);
  expect(taken.map(({ name, volume, resourceId }) => [name, volume, resourceId])).toEqual([
    ['hardware.cpu.load.1min', 0.26, 'box'],
    ['hardware.cpu.load.5min', 0.11, 'box'],
    ['hardware.cpu.load.15min', 0.07, 'box'],
    ['hardware.cpu.busy', 1.55, 'box'],
    ['hardware.memory.total', 1000, 'box'],
    ['hardware.memory.used', 400, 'box'],
    ['hardware.memory.swap.total', 400, 'box'],
    ['hardware.memory.swap.avail', 300, 'box'],
    ['hardware.network.incoming.bytes', 100, 'box.eth0'],
    ['hardware.network.incoming.errors', 2, 'box.eth0'],
    ['hardware.network.outgoing.bytes', 200, 'box.eth0'],
    ['hardware.disk.read.bytes', 5_120, 'box.sda'],
    ['hardware.disk.write.bytes', 10_240, 'box.sda'],
  ]);
  expect(taken[3]).toMatchObject({ type: 'cumulative', unit: 's' });
  expect(taken.at(-1)).toMatchObject({ type: 'cumulative', unit: 'B', metadata: { name: 'sda' } });
});

test('passes over what it is told to', async () => {
  const parts = (await poll(FILES, { exclude: ['eth*'] })).flatMap(({ resourceId }) => resourceId ?? []);
  expect(new Set(parts)).toEqual(new Set(['box', 'box.lo', 'box.sda']));
});

test('declares every meter it samples, and gets by with files that break off', async () => {
  const declared = new Map(localNode.meters.map(({ name, type, unit }) => [name, { type, unit }]));
  expect(z.array(z.object({ meaning: z.string().regex(/^[A-Z].+\.$/) })).safeParse(localNode.meters).success).toBe(
    true,
  );
  for (const kept of [0, 1, 7, 40, 200, 100_000]) {
    const broken = Object.fromEntries(Object.entries(MODERN).map(([path, text]) => [path, text.slice(0, kept)]));
    for (const { name, type, unit, volume } of await poll(broken)) {
      expect({ type, unit }).toEqual(declared.get(name));
      expect(Number.isFinite(volume)).toBe(true);
    }
  }
});

test('is nothing for a machine without these files', async () => {
  await expect(poll({})).rejects.toThrow(NotEligible);
});
