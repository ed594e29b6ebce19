/** One operation on a database. */
export type Operation<Key, Value> =
  | { readonly type: 'put'; readonly key: Key; readonly value: Value }
  | { readonly type: 'del'; readonly key: Key };

/** As much of a batch as is needed here. */
interface Batch<Key, Value> {
  put(key: Key, value: Value): unknown;
  del(key: Key): unknown;
  write(options: { readonly sync: boolean }): Promise<void>;
  close(): Promise<void>;
}

/**
 * Does all operations or none; with `sync` it waits until they are on stable storage. Handing them over as a list would take level four
 * times as long. Fails as the database does.
 */
export async function writeAll<Key, Value>(
  database: { batch(): Batch<Key, Value> },
  operations: Iterable<Operation<Key, Value>>,
  { sync = false }: { readonly sync?: boolean } = {},
): Promise<void> {
  const batch = database.batch();
  try {
    for (const operation of operations) {
      if (operation.type === 'put') batch.put(operation.key, operation.value);
      else batch.del(operation.key);
    }
  } catch (error) {
    await batch.close();
    throw error;
  }
  await batch.write({ sync });
}
