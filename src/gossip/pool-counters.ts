import type { Core } from './core/core.ts';

interface Counted {
  readonly core: Pick<Core, 'awareness' | 'counts' | 'isIsolated' | 'queueDepths'>;
  /** What the sockets counted. */
  readonly counts: ReadonlyMap<string, number>;
  /** Datagrams that the kernel could not keep for us. */
  readonly kernelDrops: number;
}

/**
 * Everything that gossip counts, by name: what the core did, what the sockets saw, how many messages wait (`queue_*`), and how this node
 * does: `awareness`, 0 is well and 7 the worst, and whether it is `isolated`, 1 or 0.
 */
export function poolCounters({ core, counts, kernelDrops }: Counted): ReadonlyMap<string, number> {
  const { awareness, isIsolated, queueDepths } = core;
  const depths = [...queueDepths].map(([name, depth]) => [`queue_${name}`, depth] as const);
  const states = { awareness, isolated: Number(isIsolated), dropped_kernel: kernelDrops };
  return new Map([...counts, ...core.counts, ...depths, ...Object.entries(states)]);
}
