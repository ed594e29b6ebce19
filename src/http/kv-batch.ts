import { OpsbroError } from '../base/errors.ts';
import { checkTtl, parseTtl } from '../kv/key-rules.ts';
import type { KvStore } from '../model/kv.ts';
import { errorBody, statusOf } from './errors.ts';
import { kvEntryJson, kvStampJson } from './records.ts';
import type { BatchOpJson } from './schemas/kv.ts';

type Answer = { readonly status: number } & Readonly<Record<string, unknown>>;

/** Does operations, those of one key one after the other in their order, others at the same time; answers in the order they were given. */
export async function runBatch(store: KvStore, ops: readonly BatchOpJson[]): Promise<Answer[]> {
  const before = new Map<string, Promise<Answer>>();
  return await Promise.all(
    ops.map((op) => {
      const previous = before.get(op.key);
      const done = previous === undefined ? answered(store, op) : previous.then(() => answered(store, op));
      before.set(op.key, done);
      return done;
    }),
  );
}

async function answered(store: KvStore, op: BatchOpJson): Promise<Answer> {
  try {
    return { status: 200, ...(await run(store, op)) };
  } catch (error) {
    if (!(error instanceof OpsbroError)) throw error;
    return { status: statusOf(error), ...errorBody(error) };
  }
}

async function run(store: KvStore, { op, key, value, ttl, cas }: BatchOpJson): Promise<object> {
  switch (op) {
    case 'get': {
      const entry = await store.get(key);
      if (entry) return kvEntryJson(entry);
      throw new OpsbroError('not_found', `no key is named "${key}"`);
    }
    case 'put':
      return kvStampJson(await store.put(key, bytesOf(value), { ttl: secondsOf(ttl), cas }));
    case 'delete':
      return { ...(await store.delete(key, { cas })) };
  }
}

function bytesOf(value: string | undefined): Uint8Array {
  if (value === undefined) throw new OpsbroError('bad_request', 'a put needs a value, in base64');
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64') === value) return bytes;
  throw new OpsbroError('bad_request', 'the value is not base64');
}

function secondsOf(ttl: BatchOpJson['ttl']): number | undefined {
  if (typeof ttl === 'string') return parseTtl(ttl);
  if (ttl !== undefined) checkTtl(ttl);
  return ttl;
}
