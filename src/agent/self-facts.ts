import type { Membership } from '../model/member.ts';
import type { PoolView, SelfFacts, Vitals } from '../model/self.ts';
import type { Host } from '../net/host.ts';
import type { HostingState } from '../plugins/hosting.ts';

interface Known {
  readonly pool: Membership & { readonly counters: ReadonlyMap<string, number> };
  readonly hosting: { readonly main: HostingState | undefined };
  vitals(): Vitals;
}

/** The machine as the plugins of an agent see it: it also tells of the agent itself. */
export function withSelf(host: Host, known: Known): Host {
  return { ...host, self: () => selfFacts(known) };
}

function selfFacts({ pool, hosting, vitals }: Known): SelfFacts {
  const publicAddress = hosting.main?.publicAddress;
  return {
    vitals: vitals(),
    pool: viewOf(pool),
    ...(publicAddress !== undefined && { publicAddress }),
  };
}

function viewOf({ self, members, counters }: Known['pool']): PoolView {
  const counts = { alive: 0, suspect: 0, dead: 0, left: 0 };
  const rttMs: number[] = [];
  for (const { state, rttMs: rtt } of members.values()) {
    counts[state] += 1;
    if (rtt !== undefined) rttMs.push(rtt);
  }
  const { alive, suspect, dead } = counts;
  const awareness = counters.get('awareness');
  return {
    ...{ zone: self.zone, known: members.size, alive, suspect, dead, rttMs },
    ...(awareness !== undefined && { awareness }),
  };
}
