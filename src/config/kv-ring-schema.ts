/** Settings of the key-value store that concern its disk and the other nodes of the ring. */
import * as field from './fields.ts';

export const kvRing = {
  min_free: field
    .size()
    .prefault('16MiB')
    .describe('Writes are refused while the disk has fewer free bytes; 0 for never.'),
  sync: field.flag().default(true).describe('Whether a write waits until it is on stable storage.'),
  timeout: field.duration(100).prefault('5s').describe('How long a whole request may take.'),
  peer_timeout: field.duration(50).prefault('1s').describe('How long one other node may take to answer.'),
  max_clock_skew: field
    .duration(100)
    .prefault('10s')
    .describe('How far the clock of a node may be from those of the others; beyond that it writes nothing itself.'),
  tombstone_grace: field
    .duration(1_000)
    .prefault('72h')
    .describe('How long deleted keys are remembered; a node that was away for longer gives up what the others forgot.'),
  sync_interval: field
    .duration(1_000)
    .prefault('60s')
    .describe('How often what is held is compared with another node.'),
  rebalance_delay: field
    .duration()
    .prefault('15s')
    .describe('How long a dead node stays on the ring, so that a restart moves nothing.'),
  transfer_rate: field
    .size()
    .prefault('20MiB')
    .describe('Most bytes a second moved to and from other nodes beside requests; 0 for no limit.'),
  leave_timeout: field
    .duration()
    .prefault('30s')
    .describe('How long a node that leaves the pool or its zone waits until others keep its keys.'),
};
