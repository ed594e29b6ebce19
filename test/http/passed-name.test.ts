import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exposition, type Family } from '../../src/http/exposition.ts';
import { endsLikeSums, passedName } from '../../src/http/passed-name.ts';
import { testWith } from '../support/services.ts';

test.each([
  ['web_cpu_user', 'web_cpu_user'],
  ['web_disk_reads_per_s', 'web_disk_reads_per_second'],
  ['vda_await_ms', 'vda_awaitms'],
  ['stats_timers_cartTime_count_ps', 'stats_timers_cart_time_count_ps'],
  ['freeKb', 'freekb'],
  ['x_k_b', 'xkb'],
  ['up_hours', 'uphours'],
  ['hours_up', 'hoursup'],
  ['net_megabits_m', 'netmegabitsm'],
  ['sent_bytes', 'sent_bytes'],
  ['sent_kilobytes', 'sentkilobytes'],
  ['old_gauge_y', 'oldgauge_y'],
  ['a:c', 'a_c'],
  ['s', 's'],
])('%s is passed on as %s', (name, passed) => {
  expect(passedName(name)).toBe(passed);
});

const WORDS = [
  ...['x', 'kB', 's', 'per', 'ms', 'm', 'd', 'k', 'b', 'hours', 'minutes', 'bits', 'total', 'count', 'sum', 'bucket'],
  ...['gauge', 'counter', 'cartTime', 'kibibytes', 'milliseconds', 'bytes', 'seconds', '9', '', ':', 'Total', 'sec'],
];

testWith('promtool', 'whatever others name their series, the names have no fault', async (promtool) => {
  const names = fc.sample(fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 5 }), {
    numRuns: 3_000,
    seed: 7,
  });
  const passed = names.map((words) => passedName(`own_${words.join('_')}`));
  const families = passed.map((name): Family => {
    const type = endsLikeSums(name) ? 'untyped' : 'gauge';
    return { name, help: 'A value.', type, samples: [{ value: 1 }] };
  });
  const { stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], {
    input: exposition(families),
    encoding: 'utf8',
  });
  expect(`${stdout}${stderr}`).toBe('');
});
