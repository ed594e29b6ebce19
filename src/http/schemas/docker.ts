import { z } from 'zod';

export const EngineJson = z.object({
  enabled: z.boolean().describe('whether its collector is switched on'),
  connected: z.boolean().describe('whether the engine answers'),
  version: z.string(),
  api: z.string().describe('version of its API'),
  containers: z.int(),
  images: z.int(),
});

const ContainerJson = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  state: z.string(),
  created: z.string(),
  started: z.string(),
  labels: z.record(z.string(), z.string()),
  ports: z.array(z.string()).describe('such as 80/tcp -> 0.0.0.0:8080'),
  networks: z.record(z.string(), z.string()).describe('addresses by network'),
  mounts: z.array(z.object({ source: z.string(), destination: z.string(), writable: z.boolean() })),
  restart_count: z.int(),
  health: z.string().nullable().describe('null without a health check'),
});

export const ContainersJson = z.record(z.string(), ContainerJson).describe('by id');
export { ContainerJson };

export const ImageJson = z.object({
  id: z.string(),
  tags: z.array(z.string()),
  created: z.number().describe('epoch seconds'),
  size_bytes: z.number(),
  labels: z.record(z.string(), z.string()),
});

const ValuesJson = z
  .record(
    z.string(),
    z.object({ value: z.number(), type: z.enum(['gauge', 'rate', 'cumulative', 'delta', 'info']), unit: z.string() }),
  )
  .describe('by key, such as memory.rss');

export const ContainerStatsJson = z.object({
  containers: z.record(z.string(), ValuesJson).describe('by id'),
  images: z.record(z.string(), ValuesJson).describe('sums over the containers of an image'),
});

export type EngineJson = z.output<typeof EngineJson>;
export type ContainerJson = z.output<typeof ContainerJson>;
export type ImageJson = z.output<typeof ImageJson>;
export type ContainerStatsJson = z.output<typeof ContainerStatsJson>;
