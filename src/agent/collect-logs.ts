import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type TarEntry, tarOf } from '../base/tar.ts';
import type { HealthPart } from './health-part.ts';

const compress = promisify(gzip);
/** Of each file the end is what tells. */
const MOST_BYTES = 8_388_608;
const AUDIT_MS = 7 * 86_400_000;

interface Collecting {
  readonly health: HealthPart;
  /** Directory of the log files. */
  readonly log: string;
  /** Further files that may be given away. */
  readonly paths: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What helps to find out what went wrong: log files, the states of the services, the repairs of 7 days; as .tgz. */
export async function collectLogs({ health, log, paths, now }: Collecting): Promise<Uint8Array> {
  const json = (name: string, value: unknown): TarEntry => ({
    name,
    bytes: Buffer.from(JSON.stringify(value, null, 2)),
    modified: now,
  });
  const { services, audit } = health;
  const names = await readdir(log).catch(() => []);
  const files = [
    ...names
      .filter((name) => name.endsWith('.log'))
      .map((name) => ({ path: join(log, name), name: `opsbro/log/${name}` })),
    ...paths.map((path, index) => ({ path, name: `opsbro/files/${index + 1}-${basename(path)}` })),
  ];
  const read = await Promise.all(files.map(({ path, name }) => endOf(path, name)));
  const archive = tarOf([
    json(
      'opsbro/services.json',
      services.names().map((name) => ({ service: name, checks: services.checksOf(name) })),
    ),
    json('opsbro/repairs.json', audit.list({ since: now - AUDIT_MS })),
    ...read.flat(),
  ]);
  return await compress(archive);
}

/** The last bytes of a file; nothing when it cannot be read. */
async function endOf(path: string, name: string): Promise<TarEntry[]> {
  try {
    await using file = await open(path);
    const { size, mtimeMs } = await file.stat();
    const from = Math.max(0, size - MOST_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return [{ name, bytes: buffer.subarray(0, bytesRead), modified: mtimeMs }];
  } catch {
    return [];
  }
}
