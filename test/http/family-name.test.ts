import { expect, test } from 'vitest';
import { familyName } from '../../src/http/family-name.ts';
import type { KeyDoc } from '../../src/plugins/kinds.ts';

const doc = (kind: KeyDoc['kind'], unit = '') => ({ kind, unit });

test.each([
  [['disk', 'used'], doc('gauge', 'bytes'), 'opsbro_disk_used_bytes', 1],
  [['disk', 'read_bytes'], doc('gauge', 'bytes'), 'opsbro_disk_read_bytes', 1],
  [['io', 'reads/s'], doc('rate'), 'opsbro_io_reads_per_second', 1],
  [['io', 'read_bytes_per_s'], doc('rate', 'bytes/s'), 'opsbro_io_read_bytes_per_second', 1],
  [['system', 'uptime_s'], doc('gauge', 's'), 'opsbro_system_uptime_seconds', 1],
  [['agent', 'duration_ms'], doc('gauge', 'ms'), 'opsbro_agent_duration_seconds', 0.001],
  [['agent', 'lag_ms_p50'], undefined, 'opsbro_agent_lag_p50_seconds', 0.001],
  [['net', 'packets'], doc('cumulative'), 'opsbro_net_packets_total', 1],
  [['cpu', 'busy'], doc('cumulative', 's'), 'opsbro_cpu_busy_seconds_total', 1],
  [['disk', 'total'], doc('gauge'), 'opsbro_disk_all', 1],
  [['disk', 'total'], doc('gauge', 'bytes'), 'opsbro_disk_total_bytes', 1],
  [['cpu', 'count'], undefined, 'opsbro_cpu_number', 1],
  [['processes', 'states', 'D'], undefined, 'opsbro_processes_statesd', 1],
  [['cpu', '%idle'], undefined, 'opsbro_cpu_pct_idle', 1],
] as const)('%j is called %s', (path, about, name, factor) => {
  expect(familyName(path, about)).toEqual({ name, factor });
});
