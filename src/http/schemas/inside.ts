import { z } from 'zod';
import { HealthJson } from '../schemas.ts';

const PartJson = z.object({
  name: z.string(),
  state: z.enum(['ok', 'error']).describe('error while something of it waits to be tried again'),
  restarts: z.int().describe('how often it failed and went on'),
  last_error: z.string(),
});

/** The health of the agent with the parts it is made of. */
export const AgentHealthJson = HealthJson.extend({ parts: z.array(PartJson) });

const ThreadJson = PartJson.extend({
  timers: z.int().describe('tasks that wait for their time'),
  busy_ms: z.int().describe('what its tasks took since the start'),
  busy_share: z.number().describe('of all the time since the start, percent'),
});

/** The parts with what they do, and what else the process holds. */
export const ThreadsJson = z.object({
  parts: z.array(ThreadJson),
  resources: z.record(z.string(), z.int()).describe('what keeps the process alive, by kind'),
});

/** What the process takes of memory, in bytes. */
export const MemoryJson = z.object({
  process: z.record(z.string(), z.number()),
  heap: z.record(z.string(), z.number()),
  spaces: z.record(z.string(), z.number()).describe('bytes in use, by space of the heap'),
});

export const ModuleJson = z.object({
  state: z.enum(['STARTED', 'DISABLED', 'ERROR']),
  log: z.string().describe('why it is in error; empty when it is not'),
  module_type: z.enum(['listener', 'connector', 'handler']),
  configuration: z.record(z.string(), z.unknown()).describe('without secrets'),
});
/** Something of the agent that can be switched on and off. */
export type ModuleJson = z.output<typeof ModuleJson>;

export const HostingJson = z.object({
  name: z.string(),
  is_active: z.boolean(),
  unique_id: z.string().nullable(),
  local_addr: z.string().nullable(),
  public_addr: z.string().nullable(),
  reason: z.string().describe('why it could not be asked; empty when it could'),
});
