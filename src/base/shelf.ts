/** A small table of JSON values that survives a restart. What is put is on disk a second later at most. */
export interface Shelf {
  /** Everything that is kept, by key. */
  load(): Promise<ReadonlyMap<string, unknown>>;
  put(key: string, value: unknown): void;
  delete(key: string): void;
  /** Writes what was put at once, for what must not be a second late. */
  flush(): void;
  /** Writes what was put at once and resolves when it is on stable storage; also when it could not be written. */
  flushed(): Promise<void>;
}
