import { z } from 'zod';
import type { Tile } from '../../model/dashboard.ts';

export const DashboardJson = z.object({
  name: z.string().describe('the id, <pack>/<path>'),
  title: z.string(),
  pack_name: z.string(),
  pack_level: z.string(),
});
export type DashboardJson = z.output<typeof DashboardJson>;

export const DefinedDashboardJson = DashboardJson.extend({
  definition: z
    .object({ file: z.string(), line: z.int(), fields: z.record(z.string(), z.unknown()) })
    .describe('where it is written and what is written there'),
});

export const DashboardViewJson = z.object({
  id: z.string(),
  title: z.string(),
  node: z.string().describe('whose values these are'),
  at: z.number().describe('epoch milliseconds'),
  content: z
    .custom<Tile>((value) => typeof value === 'object' && value !== null)
    .describe('a tile: its kind, and what it shows; a split has tiles'),
});
