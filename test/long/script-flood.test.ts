import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import script from '../../src/checks/script.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { checkContext } from '../support/check.ts';
import { never } from '../support/host.ts';

const MIB = 2 ** 20;
const SAMPLE_MS = 20;

/** What a script that prints so many MiB comes to, and the most memory meanwhile. */
async function flooded(mebibytes: number) {
  await using host = systemHost(systemClock);
  const line = `yes 0123456789 | head -c ${mebibytes * MIB}`;
  let most = 0;
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, SAMPLE_MS);
  const result = await script.configure({ script: line, timeout: '2m' })(checkContext({ host }), never);
  clearInterval(sampling);
  return { result, most };
}

test('a script that prints a gigabyte costs no more memory than one that prints a fiftieth of that', async () => {
  const little = await flooded(20);
  const much = await flooded(1_024);
  expect(much.result).toMatchObject({ state: 'ok', output: expect.stringContaining('[output cut at 64k]') });
  expect((much.most - little.most) / MIB).toBeLessThan(64);
}, 180_000);
