import { expect, test } from 'vitest';
import { shownWidth } from '../../src/cli/dashboard/ansi.ts';
import { drawDashboard } from '../../src/cli/dashboard/draw.ts';
import { Memory } from '../../src/cli/dashboard/memory.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import type { FunctionPlugin } from '../../src/plugins/function.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { collectorOf, configured, runtimeOf } from '../support/runtime.ts';
import { shipped } from './shipped.ts';

const functions = await new Registry<FunctionPlugin>('function').addFrom(
  new URL('../../src/functions/', import.meta.url),
);
const dashboards = shipped.objects.filter(({ type }) => type === 'dashboard');
const LOOK = { unicode: true, paint: (text: string) => text };

/** A dashboard that is shipped, drawn on a node whose collectors see this. */
async function drawn(id: string, collectors: Readonly<Record<string, Metrics>>): Promise<string> {
  const made = runtimeOf(configured(dashboards), {
    functions,
    collectors: Object.entries(collectors).map(([name, results]) => collectorOf(name, () => results)),
  });
  void made.runtime.start();
  await made.clock.runAsync(1_000);
  const view = await made.runtime.dashboards.view(id, { style: 'plain', charts: { points: 10, step: 10 } });
  expect(JSON.stringify(view)).not.toContain('"error"');
  const lines = drawDashboard(new Memory().complete(view), 'now', { columns: 80 }, LOOK);
  expect(new Set(lines.map(shownWidth))).toEqual(new Set([80]));
  return lines.join('\n');
}

test('those that every node may use are among them', () => {
  const ids = dashboards.map(({ id }) => id);
  for (const name of ['linux/linux', 'raspberry-pi/raspberry-pi', 'redis/redis', 'mongodb/mongodb']) {
    expect(ids).toContain(name);
  }
});

test.each(dashboards.map(({ id }) => id))('%s is drawn by a node that has seen nothing yet', async (id) => {
  await drawn(id, {});
});

test('what is not known is named as such', async () => {
  expect(await drawn('mysql/mysql', { mysql: { up: 1 } })).toMatch(/MySQL n\/a, up for n\/a s/);
  expect(await drawn('redis/redis', {})).toMatch(/n\/a bytes received/);
});

test('units are not cut off beside a chart', async () => {
  const rabbitmq = { queue_totals: { messages_ready: 12, messages_unacknowledged: 0 } };
  expect(await drawn('rabbitmq/rabbitmq', { rabbitmq })).toContain(' 12 msgs ');
});

test('linux shows what the machine shows', async () => {
  const text = await drawn('linux/linux', {
    system: { os: { linux: { distribution: 'debian', version: '12' } }, cpu_count: 2 },
    cpustats: { cpu_all: { '%idle': 75 } },
    memory: { phys_used: 42, swap_used: 0 },
    diskusage: { '/': { pct_used: 85 } },
    networktraffic: { eth0: { 'recv_packets/s': 5 }, eth1: { 'recv_packets/s': 7 } },
  });
  for (const shown of ['debian 12', ' 25 %', ' 42 ', ' 85 %', '12 packets/s']) expect(text).toContain(shown);
});

test('redis and mongodb show shares of the memory', async () => {
  const redis = { used_memory_rss: 1, total_system_memory: 4, 'total_commands_processed/s': 1_234, role: 'master' };
  const text = await drawn('redis/redis', { redis });
  for (const shown of [' 25 ', 'role master', '1234']) expect(text).toContain(shown);
  const mongodb = { version: '7', mem: { resident: 512 } };
  expect(await drawn('mongodb/mongodb', { mongodb, memory: { memtotal: 1_048_576 } })).toContain('50 %');
});
