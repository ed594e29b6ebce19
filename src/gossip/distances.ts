import { OpsbroError } from '../base/errors.ts';
import type { PoolCoordinate, RoundTrip } from '../model/pool.ts';
import type { Core } from './core/core.ts';
import { estimatedMs } from './serf/coordinates.ts';
import type { Coordinate } from './wire/ack-payload.ts';

/** Where all members are that said so, ourselves included. */
export function coordinatesOf({ self, serf }: Core): PoolCoordinate[] {
  const own = { node: self.name, ...serf.coordinates.own };
  return [own, ...[...serf.coordinates.others].map(([node, { coordinate }]) => ({ node, ...coordinate }))];
}

/** How far two members are from each other. Throws `not_found` on a name that no member has. */
export function roundTripOf(core: Core, from: string, to: string): RoundTrip {
  const [a, b] = [placeOf(core, from), placeOf(core, to)];
  const other = from === core.self.name ? to : from;
  const isOurs = from === core.self.name || to === core.self.name;
  const measuredMs = isOurs ? core.serf.coordinates.measured(other) : undefined;
  return {
    ...(a && b && { estimatedMs: estimatedMs(a, b) }),
    ...(measuredMs !== undefined && { measuredMs }),
  };
}

function placeOf({ nodes, self, serf }: Core, name: string): Coordinate | undefined {
  if (!nodes.has(name)) {
    throw new OpsbroError('not_found', `no member is named "${name}"; see \`opsbro gossip members\``);
  }
  return name === self.name ? serf.coordinates.own : serf.coordinates.of(name);
}
