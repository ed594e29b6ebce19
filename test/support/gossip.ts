import { Bus } from '../../src/base/bus.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { type Gossip, startGossip } from '../../src/gossip/gossip.ts';
import type { GossipOptions } from '../../src/gossip/gossip-options.ts';
import { NO_KEYS } from '../../src/gossip/keyring-holder.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { memoryShelf } from './shelf.ts';

/** Starts a real member on this machine; it listens at a loopback address and a free port unless told otherwise. */
export function startMember(name: string, change: Partial<GossipOptions> = {}): Promise<Gossip> {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  return startGossip({
    id: `id-${name}`,
    name,
    displayName: name,
    zone: 'internet',
    isProxy: false,
    agentVersion: '0.0.1',
    bind: ['127.0.0.1'],
    port: 0,
    interfaces: () => [],
    profile: 'lan',
    tags: new Map(),
    keys: NO_KEYS,
    label: '',
    compress: true,
    allowedNetworks: [],
    maxPacketsPerSource: 1_000,
    eventLimit: 512,
    incarnation: 1,
    saveIncarnation: () => {},
    shelf: memoryShelf(),
    clock: systemClock,
    random: systemRandom,
    log: silent,
    bus,
    ...change,
  });
}

/** Waits until a condition holds, looking every 10 ms; answers after how many milliseconds. Throws after the limit. */
export async function eventually(holds: () => boolean, limitMs: number): Promise<number> {
  const start = performance.now();
  for (;;) {
    const waited = performance.now() - start;
    if (holds()) return waited;
    if (waited > limitMs) throw new Error(`it did not become so within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
