import type { KvPage, KvSelection, KvStore } from '../model/kv.ts';

const MAX_PAGE = 10_000;

/** A page of keys, each cut after the first separator behind the prefix and named once, as folders are listed. */
export async function foldersOf(store: KvStore, separator: string, selection: KvSelection): Promise<KvPage<string>> {
  const { prefix = '', limit = MAX_PAGE } = selection;
  const names: string[] = [];
  const missing = new Set<string>();
  let last: string | undefined;
  for await (const page of pagesOf(store, selection)) {
    for (const node of page.missing ?? []) missing.add(node);
    for (const key of page.items) {
      const name = cut(key, prefix, separator);
      if (name !== names.at(-1)) {
        if (names.length === limit) return { items: names, next: last, missing: [...missing] };
        names.push(name);
      }
      last = key;
    }
  }
  return { items: names, next: undefined, missing: [...missing] };
}

/** All keys of a selection, and the nodes that did not answer. */
export async function allKeys(
  store: KvStore,
  selection: KvSelection,
): Promise<{ readonly keys: readonly string[]; readonly missing: readonly string[] }> {
  const keys: string[] = [];
  const missing = new Set<string>();
  for await (const page of pagesOf(store, selection)) {
    keys.push(...page.items);
    for (const node of page.missing ?? []) missing.add(node);
  }
  return { keys, missing: [...missing] };
}

async function* pagesOf(store: KvStore, selection: KvSelection): AsyncGenerator<KvPage<string>> {
  let after = selection.after;
  do {
    const page: KvPage<string> = await store.keys({ ...selection, after, limit: MAX_PAGE });
    yield page;
    after = page.next;
  } while (after !== undefined);
}

function cut(key: string, prefix: string, separator: string): string {
  const at = key.indexOf(separator, prefix.length);
  return at < 0 ? key : key.slice(0, at + separator.length);
}
