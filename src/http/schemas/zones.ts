import { z } from 'zod';

/** A zone, as `/agent/zones` shows it. */
export const ZoneJson = z.object({
  name: z.string(),
  'sub-zones': z.array(z.string()).describe('the zones right below it'),
  parent: z.string().nullable().describe('the zone right above it'),
  is_our_zone: z.boolean(),
  have_gossip_key: z.boolean(),
  keys: z.array(z.string()).describe('fingerprints of its gossip keys, the one that encrypts first'),
  key_problem: z.string().describe('why its key file cannot be used; empty when it can, or there is none'),
});
export type ZoneJson = z.output<typeof ZoneJson>;

/** The zones by name, with the proxies that are known of each. */
export const ZonesJson = z.record(
  z.string(),
  ZoneJson.extend({ proxies: z.array(z.string()).describe('names of nodes that stand for it') }),
);

/** What became of the wish to be in another zone. */
export const ZoneChangedJson = z.object({ success: z.boolean(), text: z.string() });
export type ZoneChangedJson = z.output<typeof ZoneChangedJson>;

/** The keys of a zone after they were read again. */
export const ZoneKeysJson = ZoneJson.pick({ name: true, have_gossip_key: true, keys: true, key_problem: true }).extend({
  restart_needed: z.boolean().describe('gossip listens where it did before; that changes with the next start'),
});
export type ZoneKeysJson = z.output<typeof ZoneKeysJson>;
