import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { defineEngine } from '../../plugins/kinds.ts';
import { openLevelStore } from '../level-store.ts';

const bytes = (number: number) => z.int().min(0).default(number);

export default defineEngine({
  name: 'level',
  description: 'Keeps keys in a LevelDB of this node, each write on stable storage before it is acknowledged.',
  options: z.object({
    max_bytes: bytes(1_073_741_824).describe('Most bytes of keys and records kept on this node; 0 = no limit.'),
    min_free: bytes(16_777_216).describe('Writes are refused while the disk has fewer free bytes; 0 = never.'),
    tombstone_grace: z
      .union([z.string(), z.number()])
      .default('72h')
      .transform((written) => parseDuration(written))
      .describe('How long deleted and expired keys are remembered.'),
    sync: z.boolean().default(true).describe('Whether a write waits until it is on stable storage.'),
  }),
  configure:
    ({ max_bytes, min_free, tombstone_grace, sync }) =>
    (context) =>
      openLevelStore(context, { maxBytes: max_bytes, minFree: min_free, graceMs: tombstone_grace, sync }),
});
