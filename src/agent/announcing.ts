import type { Bus } from '../base/bus.ts';
import type { AgentEvent } from '../model/event.ts';
import { announceTaking } from './alert-news.ts';
import { announce } from './announcer.ts';
import type { Parts } from './parts.ts';

interface Announced extends Pick<Parts, 'runtime' | 'pool'> {
  /** This node tells people of dead nodes. */
  takes(): boolean;
}

/** Tells the pool what this node is and what it does for others, until disposed of. */
export function announceBoth(bus: Bus<AgentEvent>, { runtime, pool, takes }: Announced): Disposable {
  const taking = announceTaking(bus, takes, pool);
  const told = announce(bus, runtime, pool);
  return {
    [Symbol.dispose]() {
      taking[Symbol.dispose]();
      told[Symbol.dispose]();
    },
  };
}
