/** The doors that an agent would open by what is written. */
import { networkInterfaces } from 'node:os';
import type { Home } from '../base/home.ts';
import { listenPlaces } from '../net/address.ts';
import { collide, type Transport } from '../net/socket-owners.ts';
import { movedZone } from './current-zone.ts';
import { isDnsWanted } from './dns-part.ts';
import { bad, type Finding } from './finding.ts';
import { everywhereOf, gossipBind } from './gossip-bind.ts';
import { telemetryDoors } from './telemetry-settings.ts';
import type { Written } from './written.ts';
import { ZoneKeyFiles } from './zone-key-files.ts';

/** A door as it would be opened. */
export interface WantedDoor {
  readonly door: string;
  /** The setting that says at which port. */
  readonly setting: string;
  readonly port: number;
  readonly bind: readonly string[];
  readonly transports: readonly Transport[];
}

/** Those that have a port of their own: 0 stands for any that is free. */
export async function wantedDoors(written: Written, home: Home): Promise<readonly WantedDoor[]> {
  const all = [...(await poolDoors(written, home)), ...otherDoors(written)];
  return all.flatMap(({ port, ...rest }) => (port === 'off' || port === 0 ? [] : [{ port, ...rest }]));
}

/** Of doors that want the same place each but the first, which alone can have it. */
export function clashes(doors: readonly WantedDoor[]): readonly Finding[] {
  return doors.flatMap((door, place) => {
    const found = doors.slice(0, place).map((first) => ({ first, shared: sharedPlaces(first, door) }));
    const [clash] = found.filter(({ shared }) => shared.length > 0);
    if (!clash) return [];
    const { first, shared } = clash;
    const who = `${door.port} is wanted by ${first.door} and by ${door.door} (${shared.join(', ')})`;
    return [bad('port', `${who}, and one alone can have it; choose another: ${first.setting} or ${door.setting}`)];
  });
}

/** Where both would listen, such as `TCP at 127.0.0.1`. */
function sharedPlaces(one: WantedDoor, other: WantedDoor): readonly string[] {
  if (one.port !== other.port) return [];
  const places = listenPlaces(one.bind, one.port);
  const addresses = listenPlaces(other.bind, other.port)
    .filter((place) => places.some((taken) => collide(taken, place)))
    .map(({ address }) => address);
  const transports = other.transports.filter((transport) => one.transports.includes(transport));
  return addresses.length === 0 ? [] : transports.map((name) => `${name.toUpperCase()} at ${addresses.join(', ')}`);
}

type SetDoor = Omit<WantedDoor, 'port'> & { readonly port: number | 'off' };

/** The doors for other nodes, which are where gossip may be. */
async function poolDoors({ loaded: { config } }: Written, home: Home): Promise<readonly SetDoor[]> {
  if (!config.service_discovery_topic_enabled) return [];
  const zone = movedZone(home.data) ?? config.node_zone;
  const held = (await new ZoneKeyFiles(home.config).read()).get(zone);
  const withKeys = held !== undefined && 'problem' in held ? 'closed' : 'keyed';
  const everywhere = everywhereOf(Object.values(networkInterfaces()).flatMap((all) => all ?? []));
  const { addresses: bind } = gossipBind({
    ...{ wanted: config.bind, isInsecureWanted: config.insecure, everywhere },
    keys: held === undefined ? 'open' : withKeys,
  });
  return [
    { door: 'gossip', setting: 'port', port: config.port, bind, transports: ['tcp', 'udp'] },
    { door: 'peer', setting: 'peer_port', port: config.peer_port, bind, transports: ['tcp'] },
  ];
}

/** The doors for programs and people. Groups that detectors will find are not known here, only those that are written. */
function otherDoors(written: Written): readonly SetDoor[] {
  const { http, mob, websocket, dns, groups: named } = written.loaded.config;
  const groups = new Set(named);
  const { statsd, graphite, pickle } = telemetryDoors(written, groups);
  const wanted = (door: string, { port, bind }: Pick<SetDoor, 'port' | 'bind'>, transports: readonly Transport[]) => ({
    ...{ door, setting: door === 'pickle' ? 'graphite.pickle_port' : `${door}.port`, port, bind, transports },
  });
  return [
    wanted('http', http, ['tcp']),
    ...(mob.enabled ? [wanted('mob', mob, ['tcp'])] : []),
    ...(websocket.enabled ? [wanted('websocket', websocket, ['tcp'])] : []),
    ...(isDnsWanted(dns, groups) ? [wanted('dns', dns, ['tcp', 'udp'])] : []),
    ...(statsd ? [wanted('statsd', statsd, statsd.door.transports === 'udp' ? ['udp'] : ['tcp', 'udp'])] : []),
    ...(graphite ? [wanted('graphite', graphite, linesOver(graphite.door.listeners))] : []),
    ...(pickle ? [wanted('pickle', pickle, ['tcp'])] : []),
  ];
}

const linesOver = (listeners: ReadonlySet<string>): Transport[] =>
  (['tcp', 'udp'] as const).filter((transport) => listeners.has(transport));
