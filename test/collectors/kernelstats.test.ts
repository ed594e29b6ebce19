import { expect, test } from 'vitest';
import kernelstats from '../../src/collectors/kernelstats.ts';
import { look } from '../support/collecting.ts';
import { fakeHost } from '../support/host.ts';
import { MODERN } from '../support/machines.ts';

test('some counters are shown as rates, others as they are', async () => {
  const files: Record<string, string> = { ...MODERN };
  const host = fakeHost({ files });
  host.clock.after(500, () => {
    files['/proc/vmstat'] = 'nr_free_pages 99\npgfault 1250\npgmajfault 10\npswpin 4\npswpout 2\n';
  });
  const tree = await look(kernelstats.configure({}), host);

  expect(tree).toMatchObject({
    'pgfault/s': 250,
    'pgmajfault/s': 0,
    'pswpin/s': 3,
    'ctxt/s': 0,
    'intr/s': 0,
    pswpin: 4,
    nr_free_pages: 99,
    btime: 1_700_000_000,
    procs_running: 1,
    entropy_avail: 256,
    file_nr: { used: 1_024 },
    pid_max: 32_768,
    threads: 95,
  });
  expect(tree).not.toHaveProperty('ctxt');
  expect(tree).not.toHaveProperty('cpu0');
});

test.each([
  [{}, false],
  [{ vmstat: 'listed' }, false],
  [{ vmstat: 'all' }, true],
  [{ vmstat: 'none' }, false],
])('with %j all lines of /proc/vmstat are series: %s', (options, expected) => {
  expect(kernelstats.storesAll?.(options)).toBe(expected);
});
