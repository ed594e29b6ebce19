import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { defineEngine } from '../../plugins/kinds.ts';
import { openLevelStore } from '../level-store.ts';
import { openRingStore } from '../open-ring.ts';

const bytes = (number: number) => z.int().min(0).default(number);

/** A number is of milliseconds, as the configuration has them when it was read. */
const span = (written: string) =>
  z
    .union([z.string(), z.number().min(0)])
    .default(written)
    .transform((value) => (typeof value === 'number' ? value : parseDuration(value)));

/** A node counts all its records before it can say in which it differs. */
const EXCHANGE_MS = 30_000;

export default defineEngine({
  name: 'level',
  description:
    'Keeps keys in a LevelDB of each node, on three nodes each, on stable storage before it is acknowledged.',
  options: z.object({
    max_bytes: bytes(1_073_741_824).describe('Most bytes of keys and records kept on this node; 0 = no limit.'),
    min_free: bytes(16_777_216).describe('Writes are refused while the disk has fewer free bytes; 0 = never.'),
    tombstone_grace: span('72h').describe('How long deleted and expired keys are remembered.'),
    sync: z.boolean().default(true).describe('Whether a write waits until it is on stable storage.'),
    timeout: span('5s').describe('How long a whole request may take.'),
    peer_timeout: span('1s').describe('How long one other node may take to answer.'),
    max_clock_skew: span('10s').describe('How far the clock of a node may be from those of the others.'),
    sync_interval: span('60s').describe('How often what is held is compared with another node.'),
    transfer_rate: bytes(20_971_520).describe(
      'Most bytes a second moved to and from other nodes beside requests; 0 = no limit.',
    ),
    leave_timeout: span('30s').describe('How long a node that leaves waits until others keep its keys.'),
    rebalance_delay: span('15s').describe('How long a dead node stays on the ring.'),
  }),
  configure: (options) => async (context) => {
    const { max_bytes, min_free, tombstone_grace, sync } = options;
    const store = { maxBytes: max_bytes, minFree: min_free, graceMs: tombstone_grace, sync };
    const { cluster } = context;
    if (cluster === undefined) return await openLevelStore(context, store);
    const tuning = {
      timeoutMs: options.timeout,
      peerTimeoutMs: options.peer_timeout,
      exchangeTimeoutMs: EXCHANGE_MS,
      maxSkewMs: options.max_clock_skew,
      syncMs: options.sync_interval,
      graceMs: tombstone_grace,
      transferBytesPerSecond: options.transfer_rate,
    };
    return await openRingStore(
      { ...context, cluster },
      {
        ...{ ...store, tuning, rebalanceMs: options.rebalance_delay, leaveMs: options.leave_timeout },
      },
    );
  },
});
