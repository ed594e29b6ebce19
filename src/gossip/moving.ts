/** A node that starts at another address than its last run: others have to let go of the old one before they believe the new one. */
import { type Clock, every } from '../base/clock.ts';
import { GOSSIP_PORT } from '../base/default-ports.ts';
import type { Logger } from '../base/log.ts';
import type { Shelf } from '../base/shelf.ts';
import { type Endpoint, endpointText, resolveEndpoints } from '../net/address.ts';
import type { Core } from './core/core.ts';
import { isLive, isOurs, samePlace } from './core/node.ts';
import type { Memory } from './memory.ts';

/** Where this node was, and when it surely still was there. */
export interface FormerPlace extends Endpoint {
  /** Epoch milliseconds. */
  readonly seen: number;
}

const PLACE = 'place';
const FORMAT = 1;
/** How often a sign of life is kept while plain Serf agents are in the pool; nobody else cares. */
const SIGN_OF_LIFE_MS = 10_000;
/** Others need so long to take in that we are no longer where we were. */
const TOLD_MS = 1_000;
/** Seen so shortly before, nobody has declared us dead yet. */
const FRESH_MS = 3_000;
/** A plain Serf agent keeps a dead member for 30 seconds and then until its round of probes, a second for each member, is over. */
const SERF_KEEPS_MS = 40_000;
const LONGEST_WAIT_MS = 120_000;

/** Keeps where we are, for the next run. */
function keepPlace(shelf: Shelf, { address, port }: Endpoint, seen: number): void {
  shelf.put(PLACE, { v: FORMAT, address, port, seen });
}

/** Reads where the last run was; nothing when that is unknown. */
export async function formerPlace(shelf: Shelf): Promise<FormerPlace | undefined> {
  const kept = (await shelf.load()).get(PLACE);
  if (typeof kept !== 'object' || kept === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(kept));
  const [address, port, seen] = [fields.get('address'), fields.get('port'), fields.get('seen')];
  const isSound = fields.get('v') === FORMAT && typeof address === 'string' && address !== '';
  if (!isSound || typeof port !== 'number' || typeof seen !== 'number') return undefined;
  return { address, port, seen };
}

/** What decides how long a node that moved waits before it joins. */
interface Move {
  /** Epoch milliseconds. */
  readonly now: number;
  /** When it was last surely at its old address, in epoch milliseconds. */
  readonly seen: number;
  /** How many members there were. */
  readonly members: number;
  /** Plain Serf agents are among them. */
  readonly isMixed: boolean;
  /** To wait for them is wanted. */
  readonly isPatient: boolean;
}

/**
 * For how many milliseconds a node that moved waits before it joins. A plain Serf agent that has declared us dead refuses our new address
 * until it has dropped the old record; by then so much must have passed since we were last seen.
 */
export function waitBeforeJoin({ now, seen, members, isMixed, isPatient }: Move): number {
  const age = now - seen;
  if (!isMixed || !isPatient || age <= FRESH_MS) return TOLD_MS;
  const left = SERF_KEEPS_MS + 1_000 * members - age;
  return Math.min(LONGEST_WAIT_MS, Math.max(TOLD_MS, left));
}

interface MovingOptions {
  readonly clock: Clock;
  readonly shelf: Shelf;
  readonly log: Logger;
  /** Where the last run was. */
  readonly former: FormerPlace | undefined;
  readonly memory: Pick<Memory, 'left' | 'members'>;
  /** Who is in the pool, and where we are in it. */
  readonly core: Pick<Core, 'nodes' | 'self'>;
  /** Whether to wait for plain Serf agents; left out, it does. */
  readonly moveWait?: boolean;
  /** Tells those at these places that we left where we were. */
  readonly tell: (to: readonly Endpoint[]) => void;
}

/** Keeps where this node is, and when it moved has the pool let go of the old place before it joins again. */
export class Moving implements Disposable {
  readonly #options: MovingOptions;
  readonly #ticking: Disposable;
  #waiting: (() => void) | undefined;

  constructor(options: MovingOptions) {
    this.#options = options;
    this.#ticking = every(options.clock, SIGN_OF_LIFE_MS, () => {
      if (this.#isMixed) this.#keep();
    });
  }

  /** Resolves when this node may join: at once unless it moved. `seeds` are told too, as written. */
  async ready(seeds: readonly string[]): Promise<void> {
    const { clock, core, former, log, memory, moveWait = true, tell } = this.#options;
    const [{ members, left }, here] = [memory, core.self];
    this.#keep();
    // Who left on purpose is held for gone already.
    if (!former || left || samePlace(former, here) || members.length + seeds.length === 0) return;
    const isMixed = members.some(({ id }) => id === '');
    const times = { now: clock.wall(), seen: former.seen };
    const ms = waitBeforeJoin({ ...times, members: members.length, isMixed, isPatient: moveWait });
    const [from, to] = [endpointText(former), endpointText(here)];
    log.info({ from, to, ms }, `this node moved from ${from} to ${to}; it joins in ${Math.round(ms / 1_000)} s`);
    tell([...members, ...(await placesOf(seeds))].filter((place) => !samePlace(place, here)));
    await new Promise<void>((resolve) => {
      const timer = clock.after(ms, resolve);
      this.#waiting = () => {
        timer[Symbol.dispose]();
        resolve();
      };
    });
  }

  /** Keeps the last sign of life. */
  [Symbol.dispose](): void {
    this.#ticking[Symbol.dispose]();
    this.#waiting?.();
    this.#keep();
  }

  #keep(): void {
    const { clock, core, shelf } = this.#options;
    keepPlace(shelf, core.self, clock.wall());
  }

  get #isMixed(): boolean {
    for (const node of this.#options.core.nodes.values()) if (isLive(node) && !isOurs(node)) return true;
    return false;
  }
}

/** Where written addresses lead; those that lead nowhere are left out. */
async function placesOf(written: readonly string[]): Promise<readonly Endpoint[]> {
  const found = await Promise.allSettled(written.map((address) => resolveEndpoints(address, GOSSIP_PORT)));
  return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
}
