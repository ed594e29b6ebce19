import type { Metrics } from '../../model/metrics.ts';
import type { Host } from '../../net/host.ts';
import type { Collect } from '../../plugins/kinds.ts';
import type { Service } from '../../plugins/metadata.ts';
import { NotEligible } from '../../plugins/outcomes.ts';

/** What the collectors of clouds have in common: what a metadata service said once stays true while it is silent, also over a restart. */
export const CLOUD_TIMES = { intervalMs: 300_000, maxAgeMs: 7 * 86_400_000 };

interface Cloud {
  /** Such as `an instance in Amazon EC2`. */
  readonly what: string;
  /** By signs on this machine alone. */
  isHere(host: Host): Promise<boolean>;
  ask(service: Service): Promise<Metrics>;
}

/** Asks the metadata service of a cloud, but only on a machine that is there. When it does not answer, what it said before holds. */
export function askingCloud({ what, isHere, ask }: Cloud): Collect {
  let last: Metrics | undefined;
  return async (host, signal) => {
    signal.throwIfAborted();
    if (!(await isHere(host))) throw new NotEligible(`this machine is not ${what}`);
    try {
      last = await ask({ host, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!last) throw error;
    }
    return last;
  };
}
