import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { infoRates, infoTree, isSameRun, parseInfo } from '../../../src/collectors/support/redis-info.ts';

const RECORDED = readFileSync(new URL('../../fixtures/collectors/redis-7.0.15-info.txt', import.meta.url), 'utf8');

test.each([
  ['redis_version:7.0.15', 'redis_version', '7.0.15'],
  ['redis_version:7.2', 'redis_version', '7.2'],
  ['redis_git_sha1:00000000', 'redis_git_sha1', '00000000'],
  ['connected_clients:3', 'connected_clients', 3],
  ['mem_fragmentation_ratio:1.25', 'mem_fragmentation_ratio', 1.25],
  ['second_repl_offset:-1', 'second_repl_offset', -1],
  ['maxmemory_human:0B', 'maxmemory_human', '0B'],
  ['master_host:', 'master_host', ''],
  ['huge:18446744073709551615', 'huge', '18446744073709551615'],
  ['db0:keys=2,expires=0,avg_ttl=0', 'db0', { keys: 2, expires: 0, avg_ttl: 0 }],
  ['slave0:ip=10.0.0.2,port=6379,state=online', 'slave0', { ip: '10.0.0.2', port: 6379, state: 'online' }],
  [
    'master0:name=main,status=ok,address=127.0.0.1:6379,slaves=0',
    'master0',
    { name: 'main', status: 'ok', address: '127.0.0.1:6379', slaves: 0 },
  ],
  ['executable:/opt/a=b/redis', 'executable', '/opt/a=b/redis'],
])('of %j, %s is %j', (line, key, value) => {
  expect(parseInfo(line).get(key)).toEqual(value);
});

test.each(['# Server', 'no colon', ':no key', 'a\u0001b:1', `${'x'.repeat(200)}:1`, ''])('%j is no field', (line) => {
  expect(parseInfo(line).size).toBe(0);
});

test('a recorded reply has its numbers, texts and databases', () => {
  expect(infoTree(parseInfo(RECORDED))).toMatchObject({
    redis_version: '7.0.15',
    role: 'master',
    connected_clients: 1,
    total_system_memory: 25276510208,
    used_memory_peak_perc: '100.24%',
    keyspace_hits: 1,
    keyspace_misses: 1,
    hit_ratio: 0.5,
    db0: { keys: 1, expires: 0, avg_ttl: 0 },
  });
});

test('counters of which only the rate is of use are left out, and there is no ratio of nothing', () => {
  const tree = infoTree(
    parseInfo('used_cpu_sys:1.5\ntotal_commands_processed:7\nkeyspace_hits:0\nkeyspace_misses:0\n'),
  );
  expect(tree).toEqual({ keyspace_hits: 0, keyspace_misses: 0 });
});

test('rates are per second, of processor time with four decimals', () => {
  const before = parseInfo(
    'used_cpu_sys:1.5\ntotal_commands_processed:100\nkeyspace_hits:9\ntotal_net_input_bytes:0\n',
  );
  const after = parseInfo(
    'used_cpu_sys:1.5123\ntotal_commands_processed:150\nkeyspace_hits:3\ntotal_net_input_bytes:5000\n',
  );
  expect(infoRates({ before, after, seconds: 10 })).toEqual({
    'used_cpu_sys/s': 0.0012,
    'total_commands_processed/s': 5,
    'total_net_input_bytes/s': 500,
  });
});

test('a server that was started anew is another run', () => {
  expect(isSameRun(parseInfo('run_id:a'), parseInfo('run_id:a'))).toBe(true);
  expect(isSameRun(parseInfo('run_id:a'), parseInfo('run_id:b'))).toBe(false);
});
