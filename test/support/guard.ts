import { silent } from '../../src/base/log.ts';
import { type Guard, type GuardOptions, guardOf } from '../../src/gossip/guard.ts';
import { NO_KEYS } from '../../src/gossip/keyring-holder.ts';
import { SimulatedClock } from './clock.ts';

/** What stands at the ways into a node: of a pool without key that takes everyone, unless told otherwise. */
export function openGuard(change: Partial<GuardOptions> = {}, count: Guard['count'] = () => {}): Guard {
  const options: GuardOptions = {
    keys: NO_KEYS,
    label: '',
    compress: true,
    allowedNetworks: [],
    maxPacketsPerSource: 1_000,
    clock: new SimulatedClock(),
    log: silent,
  };
  return guardOf({ ...options, ...change }, count);
}
