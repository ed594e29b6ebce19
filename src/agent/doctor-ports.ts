/** Looks whether the doors that an agent would open can be opened, and who is there where they cannot. */
import { statSync } from 'node:fs';
import { messageOf, systemCode } from '../base/errors.ts';
import type { Home } from '../base/home.ts';
import { type Endpoint, endpointText, type ListenPlace, listenPlaces } from '../net/address.ts';
import { type SocketOwner, socketOwners, type Transport } from '../net/socket-owners.ts';
import { listenTcp } from '../net/tcp.ts';
import { bindUdp } from '../net/udp.ts';
import { bad, type Finding, ok } from './finding.ts';
import { clashes, type WantedDoor, wantedDoors } from './wanted-doors.ts';
import type { Written } from './written.ts';

interface Looked {
  readonly home: Home;
  /** The process of the agent of this home, if one runs. */
  readonly running: number | undefined;
}

/** What the system says when it does not have an address. */
const NO_SUCH_ADDRESS: ReadonlySet<string | undefined> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);
const MOST_NAMED = 3;

/** What is to be said of each door: once when all is well, else of each place where it cannot be opened. */
export async function portFindings(written: Written, { home, running }: Looked): Promise<readonly Finding[]> {
  const doors = await wantedDoors(written, home);
  const findings: Finding[] = [];
  for (const door of doors) {
    const looked: Place[] = [];
    for (const at of listenPlaces(door.bind, door.port))
      for (const transport of door.transports) looked.push(await lookAt(transport, at));
    findings.push(...told(door, looked, running));
  }
  return [...findings, ...clashes(doors)];
}

/** How it is where a door would be: `error` is why nothing can listen there, empty when it can. */
interface Place extends Endpoint {
  readonly transport: Transport;
  readonly error: string;
  readonly owners: readonly SocketOwner[];
}

async function lookAt(transport: Transport, at: ListenPlace): Promise<Place> {
  try {
    const opened = transport === 'udp' ? await bindUdp(at) : await listenTcp(at, (connection) => connection.close());
    await opened[Symbol.asyncDispose]();
    return { ...at, transport, error: '', owners: [] };
  } catch (error) {
    const code = systemCode(error);
    const owners = code === 'EADDRINUSE' || code === 'EACCES' ? socketOwners(transport, at) : [];
    return { ...at, transport, error: code ?? messageOf(error), owners };
  }
}

function told(wanted: WantedDoor, looked: readonly Place[], running: number | undefined): readonly Finding[] {
  const { door, port, bind } = wanted;
  // Of several addresses the first has to be there; the agent does without the others.
  const counts = looked.filter(({ address, error }) => address === bind[0] || !NO_SUCH_ADDRESS.has(error));
  const free = counts.filter(({ error }) => error === '');
  const own = counts.filter(({ owners }) => running !== undefined && isOf(running, owners));
  const hidden = counts.filter(({ owners }) => running !== undefined && isOfUserOf(running, owners));
  const rest = counts.filter((place) => ![free, own, hidden].some((found) => found.includes(place)));
  const all = (places: readonly Place[], how: string) =>
    places.length === 0 ? [] : [ok('port', `${port} (${door}) is ${how}: ${placesText(places)}`)];
  return [
    ...all(own, 'held by this agent'),
    ...all(hidden, 'held by a process of the user of this agent (root can see which)'),
    ...all(free, 'free'),
    ...rest.map((place) => trouble(wanted, place)),
  ];
}

/** `TCP and UDP at 127.0.0.1, ::1`, or each for itself where they differ. */
function placesText(places: readonly Place[]): string {
  const transports = new Map<string, string[]>();
  for (const name of ['tcp', 'udp'] as const) {
    const addresses = places.flatMap(({ transport, address }) => (transport === name ? [address] : [])).join(', ');
    if (addresses !== '') transports.set(addresses, [...(transports.get(addresses) ?? []), name.toUpperCase()]);
  }
  return [...transports].map(([addresses, names]) => `${names.join(' and ')} at ${addresses}`).join('; ');
}

const isOf = (running: number, owners: readonly SocketOwner[]): boolean =>
  owners.some(({ processes }) => processes.some(({ pid }) => pid === running));

/** Which process holds it cannot be seen, but that its user is that of the agent. */
const isOfUserOf = (running: number, owners: readonly SocketOwner[]): boolean =>
  owners.some(({ uid, processes }) => processes.length === 0 && uid === uidOf(running));

function trouble({ door, setting }: WantedDoor, place: Place): Finding {
  const { address, port, transport, error, owners } = place;
  const what = `${port} (${door}, ${transport.toUpperCase()}) at ${address}`;
  if (NO_SUCH_ADDRESS.has(error))
    return bad('port', `${what}: this machine does not have that address; write one that it has`);
  if (error === 'EACCES') {
    const todo = `let it (CAP_NET_BIND_SERVICE), or choose a port from 1024 on: ${setting}`;
    return bad('port', `${what}: this user may not open it; ${todo}`);
  }
  if (error !== 'EADDRINUSE') return bad('port', `${what} cannot be opened: ${error}`);
  const who = owners.length === 0 ? 'by a program that /proc does not tell' : `by ${namesOf(owners)}`;
  const todo = `stop what listens at ${endpointText(place)}, or choose another: ${setting}`;
  return bad('port', `${what} is taken ${who}; ${todo}`);
}

function namesOf(owners: readonly SocketOwner[]): string {
  const names = owners.flatMap(({ uid, processes }) =>
    processes.length === 0
      ? [`a process of the user with id ${uid}`]
      : processes.map(({ pid, name }) => `${name} (pid ${pid})`),
  );
  const different = [...new Set(names)];
  const more = different.length - MOST_NAMED;
  return `${different.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function uidOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined; // it has just ended, or there is no /proc
  }
}
