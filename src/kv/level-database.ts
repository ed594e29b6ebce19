import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Level } from 'level';
import { messageOf, OpsbroError, systemCode } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { metaPlace } from './layout.ts';

const FORMAT = '1';
/** What a database needs for itself when it is opened: a manifest and a log. */
const REOPEN_BYTES = 65_536;
/** Failures of the system that a repair would only make worse. */
const NOT_OURS = /Permission denied|No space left|Read-only file system|Disk quota|Too many open files/i;

/** A level database of bytes. */
export type Database = Level<Uint8Array, Uint8Array>;

/** An open database, and whether its totals must be counted anew because it had to be repaired or begun again. */
export interface Opened {
  readonly database: Database;
  readonly repaired: boolean;
}

interface Place {
  readonly path: string;
  /** Epoch milliseconds, for the name of a database that is set aside. */
  readonly now: number;
  readonly log: Logger;
}

/**
 * Opens the database at `path`, making it if there is none. A damaged one is repaired; one beyond repair is set aside as
 * `<path>.corrupt-<time>`. Fails with `store_failed` when another process has it open or a newer agent wrote it.
 */
export async function openDatabase(place: Place): Promise<Opened> {
  await mkdir(place.path, { recursive: true, mode: 0o700 });
  const opened = await openOrRepair(place);
  try {
    await checkFormat(opened.database, place.path);
    return opened;
  } catch (error) {
    await opened.database.close();
    throw error;
  }
}

async function openOrRepair(place: Place): Promise<Opened> {
  const fault = (await lacksManifest(place.path)) ? 'its manifest is missing' : undefined;
  if (fault === undefined) {
    try {
      return { database: await open(place.path), repaired: false };
    } catch (error) {
      refuseWhatNoRepairHelps(error, place.path);
      return await repair(place, messageOf(causeOf(error)));
    }
  }
  return await repair(place, fault);
}

/** Level would take a folder without its manifest for a new one and empty it without a word. */
async function lacksManifest(path: string): Promise<boolean> {
  const files = await readdir(path);
  return !files.includes('CURRENT') && files.some((file) => /^MANIFEST-|\.(ldb|log)$/.test(file));
}

async function repair({ path, now, log }: Place, fault: string): Promise<Opened> {
  log.error({ path, fault }, 'kv: the store is damaged; repairing it');
  const { Level } = await import('level');
  try {
    // The types of `level` leave out what it inherits from classic-level.
    await (Level as unknown as { repair(path: string): Promise<void> }).repair(path);
    return { database: await open(path), repaired: true };
  } catch (error) {
    const aside = `${path}.corrupt-${now}`;
    log.error(
      { path, aside, error: messageOf(error) },
      'kv: the store is beyond repair; it was set aside and begun anew',
    );
    await rename(path, aside);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return { database: await open(path), repaired: true };
  }
}

async function open(path: string): Promise<Database> {
  const { Level } = await import('level');
  const database: Database = new Level(path, { keyEncoding: 'view', valueEncoding: 'view' });
  await database.open();
  return database;
}

function refuseWhatNoRepairHelps(error: unknown, path: string): void {
  const cause = causeOf(error);
  if (systemCode(cause) === 'LEVEL_LOCKED') {
    throw new OpsbroError('store_failed', `the store ${path} is in use by another process; stop that agent first`, {
      cause,
    });
  }
  if (NOT_OURS.test(messageOf(cause))) {
    throw new OpsbroError('store_failed', `the store ${path} cannot be opened: ${messageOf(cause)}`, { cause });
  }
}

async function checkFormat(database: Database, path: string): Promise<void> {
  const place = metaPlace('format');
  const stored: Uint8Array | undefined = await database.get(place);
  if (stored === undefined) return await database.put(place, Buffer.from(FORMAT));
  const found = Buffer.from(stored).toString();
  if (found === FORMAT) return;
  throw new OpsbroError(
    'store_failed',
    `the store ${path} has format ${found}, this agent knows ${FORMAT}; run the newer agent, or move the folder away`,
  );
}

/**
 * Fails with the system's error when the disk has not the room that opening the database anew takes: what is only in its log is then
 * written once more.
 */
export async function proveRoom(path: string): Promise<void> {
  const logs = (await readdir(path)).filter((file) => file.endsWith('.log'));
  const sizes = await Promise.all(logs.map(async (file) => (await stat(join(path, file))).size));
  const needed = sizes.reduce((sum, size) => sum + size, REOPEN_BYTES);
  const probe = join(path, 'probe');
  try {
    await writeFile(probe, Buffer.alloc(needed), { flush: true });
  } finally {
    await rm(probe, { force: true });
  }
}

/** Writes something that is there already, up to the disk. */
export async function proveWritable(database: Database): Promise<void> {
  await database.put(metaPlace('format'), Buffer.from(FORMAT), { sync: true });
}

/** Level says only that it is not open; why is in the cause. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? error.cause : error;
