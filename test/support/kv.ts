import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silent } from '../../src/base/log.ts';
import type { KvChange } from '../../src/model/kv.ts';
import type { EngineContext } from '../../src/plugins/kinds.ts';
import { SimulatedClock } from './clock.ts';

/** A folder of its own that is gone after its scope. */
export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'opsbro-kv-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** What an engine needs, in made-up time, and the changes it told of. */
export function engineContext(path: string, over: Partial<EngineContext> = {}) {
  const clock = new SimulatedClock();
  const changes: KvChange[] = [];
  const context: EngineContext = {
    path,
    nodeId: '11111111-1111-4111-8111-111111111111',
    clock,
    log: silent,
    freeBytes: async () => Number.MAX_SAFE_INTEGER,
    onChange: (change) => changes.push(change),
    ...over,
  };
  return { context, clock, changes };
}
