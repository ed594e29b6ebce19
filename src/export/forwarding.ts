/** Sends every point of this node on to servers of Graphite: over connections that may break, from disk when they do. */
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { ForwardTarget } from '../config/graphite-schema.ts';
import { lineOf, type OutPoint, pickled } from './encode.ts';
import { Routing } from './routing.ts';
import { openSpooledTarget, type Target, type TargetStats } from './spooled-target.ts';
import { dialTcp } from './tcp-wire.ts';
import { UdpTarget } from './udp-target.ts';

/** What forwarding needs. */
export interface ForwardingOptions {
  readonly targets: readonly ForwardTarget[];
  /** Where each target gets a directory of its own. */
  readonly directory: string;
  /** Bytes that may wait on disk for one target. */
  readonly most: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

interface Way {
  readonly id: string;
  readonly prefix: string;
  readonly target: Target;
}

/** Opens the ways to all targets. Throws `invalid_config` for a wrong pattern. */
export async function openForwarding(options: ForwardingOptions): Promise<Forwarding> {
  const targets = [...new Map(options.targets.map((target) => [idOf(target), target])).entries()];
  const routing = await Routing.make(
    targets.map(([id, { include, exclude, replication }]) => ({ id, include, exclude, replication })),
  );
  const ways = await Promise.all(
    targets.map(
      async ([id, written]): Promise<Way> => ({ id, prefix: written.prefix, target: await open(id, written, options) }),
    ),
  );
  return new Forwarding(ways, routing);
}

/** The ways to all targets. */
export class Forwarding implements AsyncDisposable {
  readonly #ways: readonly Way[];
  readonly #routing: Routing;

  /** Use `openForwarding`. */
  constructor(ways: readonly Way[], routing: Routing) {
    this.#ways = ways;
    this.#routing = routing;
  }

  /** Takes a point for all who want it. */
  take(point: OutPoint): void {
    for (const place of this.#routing.placesOf(point.name)) {
      const way = this.#ways[place];
      way?.target.add(lineOf(way.prefix, point));
    }
  }

  /** How each target gets its points, by its name. */
  stats(): ReadonlyMap<string, TargetStats> {
    return new Map(this.#ways.map(({ id, target }) => [id, target.stats()]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#ways.map(({ target }) => target[Symbol.asyncDispose]()));
  }
}

const idOf = ({ host, port, protocol }: ForwardTarget): string => `${protocol}:${host}:${port}`;

async function open(name: string, written: ForwardTarget, options: ForwardingOptions): Promise<Target> {
  const { clock, random, log, most } = options;
  const { host, port, protocol, tls } = written;
  if (protocol === 'udp') return new UdpTarget({ host, port }, clock);
  const destination = { host, port, transport: tls ? 'tls' : 'tcp' } as const;
  return await openSpooledTarget({
    ...{ name, most, clock, random, log },
    directory: join(options.directory, name.replace(/[^A-Za-z0-9.-]/g, '_')),
    dial: (signal) => dialTcp(destination, clock, signal),
    encode: protocol === 'pickle' ? pickled : (lines) => lines,
  });
}
