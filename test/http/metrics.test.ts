import { expect, test } from 'vitest';
import { exposition } from '../../src/http/exposition.ts';
import { check } from '../support/nodes.ts';
import { collector, fakeApi, fakeParts } from './fake-parts.ts';

test('a family has one HELP and one TYPE line, and its samples with escaped labels', () => {
  const samples = [{ labels: { name: 'a"b\\c\nd' }, value: 1 }, { value: Number.POSITIVE_INFINITY }];
  const text = exposition([{ name: 'x_total', help: 'Line\nof \\ text.', type: 'counter', samples }]);

  expect(text.split('\n').slice(0, 4)).toEqual([
    '# HELP x_total Line\\nof \\\\ text.',
    '# TYPE x_total counter',
    'x_total{name="a\\"b\\\\c\\nd"} 1',
    'x_total +Inf',
  ]);
});

test('of equal names and labels the first is shown; an empty family is not', () => {
  const family = (value: number) => ({
    name: 'x',
    help: 'X.',
    type: 'gauge' as const,
    samples: [{ value }, { value: 9 }],
  });
  const text = exposition([family(1), family(2), { ...family(3), name: 'y', samples: [] }]);

  expect(text).toContain('\nx 1\n');
  expect(text).not.toMatch(/^(x [29]|# .* y)/m);
});

test('a family that is too large is cut, and that is counted', () => {
  const samples = Array.from({ length: 10_002 }, (_, value) => ({ labels: { n: String(value) }, value }));
  const text = exposition([{ name: 'x', help: 'X.', type: 'gauge', samples }]);

  expect(text.match(/^x\{/gm)).toHaveLength(10_000);
  expect(text).toContain('\nopsbro_exposition_truncated 2\n');
});

test('the agent, its checks and what its collectors saw are measured', async () => {
  const { runtime } = fakeParts();
  const volumes = { '/': { used: 5 }, '/home': { used: 7 } };
  const times = { uptime_s: 9, busy: 4 };
  const disk = collector('disk', {
    results: { volumes, 'read/s': 1.5, reads: 3, label: 'x', ok: true, list: [1], ...times },
  });
  const stale = collector('old', { stale: true, results: { number: 1 } });
  const parts = fakeParts({
    runtime: {
      ...runtime,
      collectors: () => [disk, stale],
      checks: () => [check('cpu/load', { hardState: 'warning' })],
    },
    collectorKeys: () => [
      { key: 'volumes.*.used', kind: 'gauge', unit: 'bytes', meaning: 'used' },
      { key: 'reads', kind: 'cumulative', unit: '', meaning: 'reads' },
      { key: 'uptime_s', kind: 'gauge', unit: 's', meaning: 'uptime' },
      { key: 'busy', kind: 'cumulative', unit: 's', meaning: 'busy' },
    ],
    metrics: () => [{ name: 'opsbro_ws_clients', help: 'Clients.', type: 'gauge', samples: [{ value: 3 }] }],
  });

  const lines = (await (await fakeApi(parts)('/metrics')).text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'opsbro_build_info{version="0.1.0",node_version="v20.19.0"} 1',
      'opsbro_health 0',
      'opsbro_members{state="alive",zone="internet"} 2',
      'opsbro_check_hard_state{check="cpu/load",pack="cpu"} 1',
      'opsbro_disk_volumes_used_bytes{item="/home"} 7',
      'opsbro_disk_read_per_second 1.5',
      'opsbro_disk_reads_total 3',
      'opsbro_disk_ok 1',
      'opsbro_disk_uptime_seconds 9',
      'opsbro_disk_busy_seconds_total 4',
      'opsbro_ws_clients 3',
    ]),
  );
  expect(lines.filter((line) => /opsbro_old_number|opsbro_disk_(label|list)/.test(line))).toEqual([]);
});

test('requests are counted by route and status, and strangers make no new counters', async () => {
  const request = fakeApi();
  for (const path of ['/collectors/cpu', '/collectors/none', '/a', '/b']) await request(path);

  const text = await (await request('/metrics')).text();
  expect(text).toContain('opsbro_http_requests_total{route="GET /collectors/:name",status="200"} 1');
  expect(text).toContain('opsbro_http_requests_total{route="GET /collectors/:name",status="404"} 1');
  expect(text).toContain('opsbro_http_requests_total{route="none",status="404"} 2');
});

test('keys of whatever depth, and keys with dots, have their type and meaning', async () => {
  const { runtime } = fakeParts();
  const broker = collector('broker', { results: { stats: { q: { depth: 4 } }, 'queue.deferred': 3 } });
  const parts = fakeParts({
    runtime: { ...runtime, collectors: () => [broker], checks: () => [] },
    collectorKeys: () => [
      { key: 'stats.**', kind: 'cumulative', unit: '', meaning: 'What it counts.' },
      { key: 'queue.deferred', kind: 'gauge', unit: '', meaning: 'Mails that wait.' },
    ],
  });
  const lines = (await (await fakeApi(parts)('/metrics')).text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE opsbro_broker_stats_q_depth_total counter',
      'opsbro_broker_stats_q_depth_total 4',
      '# HELP opsbro_broker_queue_deferred Mails that wait.',
      'opsbro_broker_queue_deferred 3',
    ]),
  );
});
