import { expect, test } from 'vitest';
import { keptNumbers } from '../../src/agent/kept-numbers.ts';
import { pathOf } from '../../src/expressions/paths.ts';
import type { SeriesValues } from '../../src/model/series.ts';

const RANGE = { from: 0, until: 60 };

/** A store of these series, and what it was asked for. */
function storeOf(...known: readonly string[]) {
  const asked: string[][] = [];
  const read = async (names: readonly string[]): Promise<SeriesValues[]> => {
    asked.push([...names]);
    const found = names.filter((name) => known.includes(name));
    return found.map((name) => ({ name, first: 0, step: 10, values: Float64Array.of(1) }));
  };
  return { asked, read };
}

test.each([
  [{ escape_hostname: false, legacy_names: false }, 'diskusage./.pct_used', 'a.b.diskusage.root.pct_used'],
  [
    { escape_hostname: false, legacy_names: false },
    'networktraffic.eth0.recv_packets/s',
    'a.b.networktraffic.eth0.recv_packets_per_s',
  ],
  [
    { escape_hostname: false, legacy_names: false },
    'networktraffic.eth0.100.recv_bytes/s',
    'a.b.networktraffic.eth0_100.recv_bytes_per_s',
  ],
  [{ escape_hostname: false, legacy_names: false }, 'postfix.queue.deferred', 'a.b.postfix.queue_deferred'],
  [{ escape_hostname: true, legacy_names: false }, 'cpustats.cpu_all.%idle', 'a_b.cpustats.cpu_all.pct_idle'],
  [{ escape_hostname: false, legacy_names: true }, 'diskusage./.pct_used', 'a.b.diskusage./.pct_used'],
])('with %j the numbers of %s are the series %s', async (naming, path, name) => {
  const store = storeOf(name);
  const read = await keptNumbers(store, 'a.b', naming).read([pathOf(path), pathOf('none.x')], RANGE);
  expect([...read.keys()]).toEqual([path]);
  expect(read.get(path)?.name).toBe(name);
});

test('a path of very many segments is only tried as it is', async () => {
  const store = storeOf();
  await keptNumbers(store, 'n', { escape_hostname: false, legacy_names: false }).read(
    [pathOf(`x.${Array(20).fill('y').join('.')}`)],
    RANGE,
  );
  expect(store.asked).toEqual([[`n.x.${Array(20).fill('y').join('.')}`]]);
});
