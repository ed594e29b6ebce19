import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import type { ForwardTarget } from '../../src/config/graphite-schema.ts';
import { openForwarding } from '../../src/export/forwarding.ts';
import { startCarbon } from '../support/servers/carbon.ts';
import { testWith } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

const run = promisify(execFile);
const NONE: string[] = [];
const TARGET = { host: '127.0.0.1', tls: false, include: NONE, exclude: NONE, replication: 'all' } as const;
const LIMIT = { timeout: 30_000, interval: 300 };

/** The values that a file of whisper has since a time, by their times. */
async function whisper(file: string, from: number): Promise<ReadonlyMap<number, number>> {
  const { stdout } = await run('whisper-fetch', ['--from', String(from), file]);
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  return new Map(pairs.filter(([, value]) => value !== 'None').map(([time, value]) => [Number(time), Number(value)]));
}

testWith(
  'carbon-cache',
  'a real carbon keeps what it gets as lines and as pickles, without a complaint',
  async (program) => {
    await using carbon = await startCarbon(program);
    using temporary = tempDirectory();
    const targets: readonly ForwardTarget[] = [
      { ...TARGET, port: carbon.port, protocol: 'plaintext', prefix: 'lines' },
      { ...TARGET, port: carbon.picklePort, protocol: 'pickle', prefix: 'pickles' },
    ];
    const now = Math.floor(systemClock.wall() / 10_000) * 10;
    const times = [now - 30, now - 20, now - 10];
    {
      await using forwarding = await openForwarding({
        ...{ targets, directory: temporary.path, most: 1_000_000 },
        ...{ clock: systemClock, random: seeded(1), log: silent },
      });
      for (const [at, time] of times.entries()) {
        for (let series = 0; series < 20; series++) {
          forwarding.take({ name: `web.s${series}`, value: series + at / 4, time });
        }
      }
      await vi.waitFor(() => expect([...forwarding.stats().values()].map(({ sent }) => sent)).toEqual([60, 60]), LIMIT);
    }
    for (const prefix of ['lines', 'pickles']) {
      await vi.waitFor(async () => {
        const kept = await whisper(join(carbon.folder, 'whisper', prefix, 'web/s7.wsp'), now - 60);
        expect(times.map((time) => kept.get(time))).toEqual([7, 7.25, 7.5]);
      }, LIMIT);
    }
    const logs = readdirSync(join(carbon.folder, 'log'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.log'),
    );
    const said = logs.map((file) => readFileSync(join(carbon.folder, 'log', file), 'utf8')).join('\n');
    expect(said).not.toMatch(/invalid|error|exception/i);
  },
  90_000,
);
