import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { BLOCKING } from '../blocking.ts';
import type { InsidePart, InsidePartRecord } from '../inside-part.ts';
import type { ApiParts } from '../parts.ts';
import { jsonObject } from '../records.ts';
import { route } from '../route.ts';
import { AgentHealthJson, HostingJson, MemoryJson, ModuleJson, ThreadsJson } from '../schemas/inside.ts';

type Parts = Pick<ApiParts, 'inside' | 'agent' | 'filtering' | 'reads'>;

/** What the agent is made of and how that fares. */
export const insideRoutes = (parts: Parts) => ({
  'GET /agent/health': route({
    access: 'read',
    summary: 'The health of the agent, the reasons when it is not ok, and its parts.',
    query: z.strictObject(BLOCKING),
    answer: AgentHealthJson,
    handle: ({ query, signal }) =>
      parts.reads.read('health', { query, signal }, () => {
        const own = parts.inside.parts().map(partJson);
        return { ...parts.agent.health(), parts: own };
      }),
  }),
  'GET /agent/modules': route({
    access: 'read',
    summary: 'What can be switched on and off, and how it is.',
    answer: z.record(z.string(), ModuleJson),
    handle: () => jsonObject(parts.inside.modules(), (module) => module),
  }),
  'GET /agent/hosting': route({
    access: 'read',
    summary: 'The hosting drivers in the order they are asked; the first active one counts.',
    answer: z.array(HostingJson),
    handle: () =>
      parts.inside.hosting().map(({ name, isActive, uniqueId, localAddress, publicAddress, reason }) => ({
        ...{ name, is_active: isActive, unique_id: uniqueId ?? null, reason },
        ...{ local_addr: localAddress ?? null, public_addr: publicAddress ?? null },
      })),
  }),
  'GET /debug/state': route({
    access: 'admin',
    summary: 'Counters, queues and states of all parts, without secrets.',
    answer: z.record(z.string(), z.unknown()),
    handle: () => shown(parts.inside).state(),
  }),
  'GET /debug/memory': route({
    access: 'admin',
    summary: 'What the process takes of memory.',
    answer: MemoryJson,
    handle() {
      shown(parts.inside);
      return memoryJson();
    },
  }),
  'GET /debug/threads': threadsRoute(parts),
  'GET /threads': threadsRoute(parts),
});

/** The second address of it is OpsBro's. */
const threadsRoute = ({ inside, agent, filtering }: Parts) =>
  route({
    access: 'admin',
    summary: 'The parts of the agent, what they wait for and what they took, and what the process holds.',
    answer: ThreadsJson,
    handle() {
      const all = Math.max(1, filtering.clock.wall() - agent.facts().started);
      const share = (busyMs: number) => Math.round((busyMs / all) * 10_000) / 100;
      return {
        parts: shown(inside)
          .parts()
          .map((part) => ({
            ...partJson(part),
            ...{ timers: part.timers, busy_ms: part.busyMs, busy_share: share(part.busyMs) },
          })),
        resources: jsonObject(counted(process.getActiveResourcesInfo()), (count) => count),
      };
    },
  });

function shown(inside: InsidePart): InsidePart {
  if (inside.isDebugShown()) return inside;
  throw new OpsbroError('not_found', 'the routes below /debug are switched off; see debug_routes');
}

const partJson = ({ name, state, restarts, lastError }: InsidePartRecord) => ({
  ...{ name, state, restarts },
  last_error: lastError,
});

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

const memoryJson = (): z.output<typeof MemoryJson> => ({
  process: { ...process.memoryUsage() },
  heap: { ...getHeapStatistics() },
  spaces: jsonObject(
    getHeapSpaceStatistics().map(({ space_name, space_used_size }) => [space_name, space_used_size] as const),
    (bytes) => bytes,
  ),
});
