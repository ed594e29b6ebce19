import { Disposal } from '../base/disposal.ts';
import { systemCode } from '../base/errors.ts';
import { type Endpoint, type ListenPlace, listenPlaces } from './address.ts';

/** Listens at one place, on all transports of a door, and tells the port; what it opened is noted. */
type Listen = (at: ListenPlace, opened: Disposal) => Promise<number>;

interface Places {
  readonly bind: readonly [string, ...string[]];
  /** 0 takes a free one, the same on every address. */
  readonly port: number;
  /** Told of an address that this machine lacks; the first one has to be there. */
  lacks(address: string): void;
}

/** A door that listens. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
  /** Where it listens. */
  readonly places: readonly Endpoint[];
}

const TRIES = 10;
/** What the system says when it does not have an address. */
const NO_SUCH_ADDRESS: ReadonlySet<string | undefined> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/**
 * Listens on every address at one port. A port that was free for one transport may be taken for another: then another one is tried, up to
 * ten times, unless the port was given. Fails with the system's error.
 */
export async function listenEverywhere(places: Places, listen: Listen): Promise<Listening> {
  for (let left = places.port === 0 ? TRIES : 1; ; left--) {
    const opened = new Disposal();
    try {
      return await open(places, listen, opened);
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      if (left === 1 || systemCode(error) !== 'EADDRINUSE') throw error;
    }
  }
}

async function open({ bind, port: wanted, lacks }: Places, listen: Listen, opened: Disposal): Promise<Listening> {
  const places: Endpoint[] = [];
  let port = wanted;
  for (const { address, ipv6Only } of listenPlaces(bind, wanted)) {
    try {
      port = await listen({ address, port, ipv6Only }, opened);
      places.push({ address, port });
    } catch (error) {
      if (places.length === 0 || !NO_SUCH_ADDRESS.has(systemCode(error))) throw error;
      lacks(address);
    }
  }
  return { port, places, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}
