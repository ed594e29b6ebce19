import type { Desk } from './desk.ts';
import type { Exchange } from './exchange.ts';
import { suspicionBounds } from './formulas.ts';
import type { Isolation } from './isolation.ts';
import type { Prober } from './prober.ts';
import type { Roster } from './roster.ts';
import type { Rumors } from './rumors.ts';
import type { Self } from './self.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly rumors: Rumors;
  readonly prober: Prober;
  readonly exchange: Exchange;
  readonly isolation: Isolation;
}

/**
 * A step that comes long after what was due means that this process stood still (stopped, machine asleep). Everything is put off by as
 * long, and by the time of a probe so that the answers that wait in the sockets are read first; the probe under way ends without a
 * verdict: who slept must not accuse the others. To be called before each step.
 */
export function guardAgainstPause({ desk, roster, self, rumors, prober, exchange, isolation }: Parts): void {
  const { agenda, now, profile } = desk;
  const late = now - (agenda.next ?? now);
  if (late <= profile.probeTimeout || self.isGone) return;
  const delay = late + profile.probeTimeout;
  agenda.postpone(delay);
  rumors.postpone(delay);
  prober.abandon();
  isolation.excuse();
  desk.awareness.worsen();
  desk.count('pauses');
  desk.observe(self.node, 'paused', self.name, { ms: Math.round(late) });
  // Who slept for so long may have been declared dead, and hears of it soonest by asking.
  if (late >= suspicionBounds(roster.size, profile).min) {
    desk.later(profile.probeTimeout, () => exchange.refresh(undefined));
  }
}
