import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { PackObjectType } from '../../src/model/pack.ts';
import { never } from '../support/host.ts';
import { evaluatorOf, shipped } from './shipped.ts';

/** The first format of asciinema. */
const Recording = z.object({
  version: z.literal(1),
  width: z.int().min(40),
  height: z.int().min(10),
  duration: z.number(),
  title: z.string(),
  stdout: z.array(z.tuple([z.number().min(0), z.string()])).min(2),
});

const idsOf = (type: PackObjectType): string[] =>
  shipped.objects.filter((object) => object.type === type).map(({ id }) => id);

test('dashboards and compliance rules are shipped', () => {
  expect(idsOf('dashboard')).toEqual([
    'core-cli-kv-store/kv',
    'core-gossip/cluster',
    'docker-host/docker',
    'linux/linux',
    'mongodb/mongodb',
    'mysql/mysql',
    'rabbitmq/rabbitmq',
    'raspberry-pi/raspberry-pi',
    'redis/redis',
  ]);
  expect(idsOf('compliance')).toEqual(['dns-listener/install-relay', 'linux/passwd']);
});

test('every tutorial is a recording that can be played', () => {
  const tutorials = shipped.objects.filter(({ type }) => type === 'tutorial');
  expect(tutorials.map(({ id }) => id)).toEqual([
    'core-cli-agent/agent-info',
    'core-cli-agent/agent-start',
    'core-cli-global/cli',
    'core-cli-gossip/cluster-of-three',
  ]);
  for (const { file } of tutorials) {
    const recording = Recording.parse(JSON.parse(readFileSync(join(dirname(file), 'tutorial-data.json'), 'utf8')));
    const seconds = recording.stdout.reduce((sum, [delay]) => sum + delay, 0);
    expect(recording.duration).toBeCloseTo(seconds, 2);
    expect(JSON.stringify(recording)).not.toMatch(/\/work\/|\/tmp\//);
  }
});

test('every mail template that the pack names is there', () => {
  const { parameters, directory } = shipped.packs.find(({ name }) => name === 'mail') ?? {
    parameters: {},
    directory: '',
  };
  const names = Object.entries(parameters).filter(([key]) => key.endsWith('_template'));
  expect(names).toHaveLength(10);
  for (const [, name] of names) expect(existsSync(join(directory, 'templates', String(name)))).toBe(true);
});

/** Every expression of a dashboard, whatever tiles it is in. */
function valuesIn(tile: unknown): string[] {
  if (Array.isArray(tile)) return tile.flatMap(valuesIn);
  if (typeof tile !== 'object' || tile === null) return [];
  return Object.entries(tile).flatMap(([key, inner]) =>
    key === 'value' && typeof inner === 'string' ? [inner] : valuesIn(inner),
  );
}

const SEEN = {
  system: {
    os: { linux: { distribution: 'debian', version: '12' } },
    ...{ cpu_model_name: 'Model', cpu_count: 2, public_ip: '192.0.2.1' },
  },
  raspberrypi: { temperature: 41.5 },
  cpustats: { cpu_all: { '%idle': 25 } },
  memory: { phys_used: 40, swap_used: 0, memtotal: 1_048_576 },
  diskusage: { '/': { pct_used: 12 } },
  networktraffic: { ens3: { 'recv_packets/s': 3 }, wlan0: { 'recv_packets/s': 4 } },
  mongodb: {
    version: '7',
    storageEngine: { name: 'wiredTiger' },
    mem: { resident: 512 },
    network: { bytesIn: 1, bytesOut: 2 },
  },
  rabbitmq: {
    rabbitmq_version: '3.10.8',
    nodes_running: 2,
    nodes_total: 3,
    queue_totals: { messages: 9, messages_ready: 5, messages_unacknowledged: 4 },
    object_totals: { queues: 6, consumers: 7, connections: 8 },
  },
};

test.each([
  ['linux/linux', ['debian', '75', '75', '40', '0', '12', '7']],
  ['raspberry-pi/raspberry-pi', ['41.5', '75', '75', '40', '0', '12', '7']],
  ['mongodb/mongodb', ['MongoDB 7 with wiredTiger', '50', '1 bytes', '2 bytes']],
  ['rabbitmq/rabbitmq', ['RabbitMQ 3.10.8, 2 of 3 nodes run', '5', '4', '6', '7', '8']],
  ['core-gossip/cluster', ['internet', '0', '0', '0', '0']],
  ['core-cli-kv-store/kv', ['0', '0', 'no', '0']],
])('the tiles of %s have values', async (id, expected) => {
  const dashboard = shipped.objects.find((object) => object.type === 'dashboard' && object.id === id);
  const evaluator = evaluatorOf({ collectors: SEEN });
  const shown = valuesIn(dashboard?.definition).map((text) => evaluator.evaluate(text, 'text', { signal: never }));
  const texts = (await Promise.all(shown)).map((one) => (one.type === 'value' ? one.text : JSON.stringify(one)));
  expect(texts).toEqual(expected.map((part) => expect.stringContaining(part)));
});

test('a dashboard about what was never seen shows holes and no error', async () => {
  const evaluator = evaluatorOf({});
  const dashboards = shipped.objects.filter(({ type }) => type === 'dashboard');
  const texts = dashboards.flatMap(({ definition }) => valuesIn(definition));
  expect(texts.length).toBeGreaterThan(40);
  for (const text of texts) {
    const { type } = await evaluator.evaluate(text, 'text', { signal: never });
    expect([text, type]).toEqual([text, expect.stringMatching(/^(?:value|missing)$/)]);
  }
});
