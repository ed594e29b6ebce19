import type { Shelf } from '../../src/base/shelf.ts';

/** A shelf without a disk, whose content a test can look at. */
export function memoryShelf(
  entries: Iterable<[string, unknown]> = [],
): Shelf & { readonly content: Map<string, unknown> } {
  const content = new Map<string, unknown>(entries);
  return {
    content,
    load: async () => new Map(content),
    put: (key, value) => void content.set(key, structuredClone(value)),
    delete: (key) => void content.delete(key),
    flush: () => {},
    flushed: async () => {},
  };
}
