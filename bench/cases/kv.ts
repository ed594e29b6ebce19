import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import level from '../../src/kv/engines/level.ts';
import type { BenchCase, Row } from '../case.ts';

const PUTS = 6_000;
const VALUE = Buffer.alloc(100, 'v');

/** Puts a second when `writers` write one after the other, each waiting for its own acknowledgement. */
async function putsPerSecond(writers: number, put: (key: string) => Promise<unknown>): Promise<number> {
  const each = Math.ceil(PUTS / writers);
  const start = performance.now();
  const write = async (writer: number) => {
    for (let i = 0; i < each; i++) await put(`${writer}/${i}`);
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  return (each * writers * 1_000) / (performance.now() - start);
}

async function inFolder<Answer>(use: (path: string) => Promise<Answer>): Promise<Answer> {
  const path = await mkdtemp(join(tmpdir(), 'opsbro-bench-kv-'));
  try {
    return await use(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

const syncEach = (writers: number) =>
  inFolder(async (path) => {
    const database = new Level<string, Uint8Array>(path, { valueEncoding: 'view' });
    const rate = await putsPerSecond(writers, (key) => database.put(key, VALUE, { sync: true }));
    await database.close();
    return rate;
  });

const grouped = (writers: number) =>
  inFolder(async (path) => {
    const open = level.configure({});
    await using store = await open({
      path,
      nodeId: 'bench',
      clock: systemClock,
      log: silent,
      freeBytes: async () => Number.MAX_SAFE_INTEGER,
      onChange() {},
    });
    return await putsPerSecond(writers, (key) => store.put(key, VALUE));
  });

const bench: BenchCase = {
  name: 'kv: group commit against one sync a put',
  async run() {
    const rows: Row[] = [];
    for (const writers of [1, 16, 64]) {
      const bare = await syncEach(writers);
      const ours = await grouped(writers);
      rows.push({ case: `${writers} writers, bare level, one sync a put`, value: bare, unit: 'puts/s' });
      rows.push({
        case: `${writers} writers, the store`,
        value: ours,
        unit: 'puts/s',
        ratio: ours / bare,
        peer: 'bare, more is better',
      });
    }
    return rows;
  },
};

export default bench;
