/** One operation on a database. */
export type Operation<Key, Value> =
  | { readonly type: 'put'; readonly key: Key; readonly value: Value }
  | { readonly type: 'del'; readonly key: Key };

/** Takes operations. */
export interface Batch<Key, Value> {
  put(key: Key, value: Value): unknown;
  del(key: Key): unknown;
}

/** As much of a database's batch as is needed here. */
interface OpenBatch<Key, Value> extends Batch<Key, Value> {
  write(options: { readonly sync: boolean }): Promise<void>;
  close(): Promise<void>;
}

/**
 * Does all operations or none; with `sync` it waits until they are on stable storage. Handing them over as a list would take level four
 * times as long. Fails as the database does.
 */
export async function writeAll<Key, Value>(
  database: { batch(): OpenBatch<Key, Value> },
  operations: Iterable<Operation<Key, Value>>,
  options: { readonly sync?: boolean } = {},
): Promise<void> {
  const fill = (batch: Batch<Key, Value>) => {
    for (const operation of operations) {
      if (operation.type === 'put') batch.put(operation.key, operation.value);
      else batch.del(operation.key);
    }
  };
  await writeBatch(database, fill, options);
}

/** As `writeAll`, of what `fill` hands over: there is no object of any operation. */
export async function writeBatch<Key, Value>(
  database: { batch(): OpenBatch<Key, Value> },
  fill: (batch: Batch<Key, Value>) => void,
  { sync = false }: { readonly sync?: boolean } = {},
): Promise<void> {
  const batch = database.batch();
  try {
    fill(batch);
  } catch (error) {
    await batch.close();
    throw error;
  }
  await batch.write({ sync });
}
