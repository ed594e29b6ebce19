/** Keys from and into files. */
import { type FailureCode, failedWith, OpsbroError } from '../base/errors.ts';
import type { KvEntry, KvRestored, KvRestoring, KvStore } from '../model/kv.ts';
import { type ExportHead, ExportWriter } from '../model/kv-export.ts';

const AT_ONCE = 64;
const SHOWN_REFUSALS = 100;
/** What is wrong with a single entry, so that the others may go on. */
const ENTRY_FAULTS: readonly FailureCode[] = ['bad_key', 'reserved_key', 'too_large', 'bad_request'];

/** The lines of an export of the keys that begin with the prefix of its head. Fails when a node that may hold some does not answer. */
export async function* exportLines(store: KvStore, head: ExportHead): AsyncGenerator<string> {
  const writer = new ExportWriter();
  yield writer.head(head);
  let after: string | undefined;
  do {
    const page = await store.entries({ prefix: head.prefix, after, scope: 'ring' });
    if (page.missing && page.missing.length > 0) {
      throw new OpsbroError('quorum', `the export would not be whole: ${page.missing.join(', ')} did not answer`);
    }
    yield page.items.map((entry) => writer.entry(entry)).join('');
    after = page.next;
  } while (after !== undefined);
  yield writer.end();
}

/** How entries are put back. */
export interface Importing {
  readonly over: KvRestoring;
  /** Changes nothing and tells what would be. */
  readonly isTrial: boolean;
  /** Wall time: what expired by then is left out. */
  readonly now: number;
}

/** What became of the entries of an import. */
export interface Imported {
  readonly created: number;
  readonly overwritten: number;
  readonly skipped: number;
  /** Those that cannot be kept, with the reason of each; the first hundred of them. */
  readonly refused: number;
  readonly refusals: readonly { readonly key: string; readonly message: string }[];
}

/** Puts entries back, many at a time. Fails when the store does; what was done until then stays done. */
export async function importEntries(store: KvStore, entries: readonly KvEntry[], how: Importing): Promise<Imported> {
  const counts = { created: 0, overwritten: 0, skipped: 0 };
  const refusals: { key: string; message: string }[] = [];
  const waiting = entries.values();
  const work = async () => {
    for (const entry of waiting) {
      try {
        counts[await importOne(store, entry, how)] += 1;
      } catch (error) {
        if (!failedWith(error, ...ENTRY_FAULTS)) throw error;
        refusals.push({ key: entry.key, message: error.message });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { ...counts, refused: refusals.length, refusals: refusals.slice(0, SHOWN_REFUSALS) };
}

async function importOne(store: KvStore, entry: KvEntry, { over, isTrial, now }: Importing): Promise<KvRestored> {
  if (entry.expires !== null && entry.expires <= now) return 'skipped';
  if (!isTrial && store.restore) return await store.restore(entry, over);
  const found = await store.get(entry.key);
  if (found === undefined) return 'created';
  if (over === 'anything') return 'overwritten';
  return over === 'older' && isNewer(entry, found) ? 'overwritten' : 'skipped';
}

/** Versions of two kinds of stores cannot be compared; the times of their writing can. */
function isNewer(one: KvEntry, other: KvEntry): boolean {
  if (one.version.length !== other.version.length) return one.modified > other.modified;
  return one.version > other.version;
}
