import type { KvChange } from '../model/kv.ts';

const PAGE = 1_000;

interface Log {
  /** The number of the last change that is not kept any more. */
  readonly behind: number;
  /** The kept changes after a number, oldest first, at most so many. */
  read(index: number, limit: number): Promise<readonly KvChange[]>;
}

/** The last `limit` changes of a key that a log keeps, oldest first. It reads the whole log, page by page, so that others get their turn. */
export async function historyOf(key: string, limit: number, log: Log): Promise<readonly KvChange[]> {
  let found: KvChange[] = [];
  let at = log.behind;
  for (;;) {
    const page = await log.read(at, PAGE);
    found = [...found, ...page.filter((change) => change.key === key)].slice(-limit);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return found;
    at = last.index;
  }
}
