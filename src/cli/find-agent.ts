import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HTTP_PORT } from '../base/default-ports.ts';
import { OpsbroError } from '../base/errors.ts';
import { findHome, type Home } from '../base/home.ts';
import { isLoopback } from '../base/loopback.ts';
import type { GlobalOptions } from './command.ts';
import type { World } from './world.ts';

/** Where an agent answers. */
export type Address = { readonly kind: 'socket'; readonly path: string } | { readonly kind: 'http'; readonly url: URL };

type Surroundings = Pick<World, 'env' | 'uid' | 'cwd' | 'userHome' | 'program'>;

/** The home that the options and the environment choose, by the rule the agent itself follows. */
export function homeOf(globals: Pick<GlobalOptions, 'home' | 'config' | 'socket'>, world: Surroundings): Home {
  return findHome({
    env: world.env,
    flags: { home: globals.home, config: globals.config, socket: globals.socket },
    uid: world.uid,
    cwd: world.cwd,
    userHome: world.userHome,
    program: world.program,
    exists: existsSync,
  });
}

/** Where to ask: the URL or socket that was given, else the socket of the home, wherever that had to be put. */
export function findAgent(globals: GlobalOptions, world: Surroundings): Address {
  const http = globals.http ?? (globals.socket === undefined ? nonEmpty(world.env.OPSBRO_HTTP) : undefined);
  if (http !== undefined) return { kind: 'http', url: urlOf(http) };
  const home = homeOf(globals, world);
  const isGiven = globals.socket !== undefined || nonEmpty(world.env.OPSBRO_SOCKET) !== undefined;
  return { kind: 'socket', path: isGiven ? home.socket : (textOf(home.socketPathFile) ?? home.socket) };
}

/**
 * Where else to ask when the socket is missing or may not be opened: the port of the API at this machine. Another agent may answer there, so
 * who named a home or a socket is never led elsewhere because nothing is there, and a checkout looks at itself instead.
 */
export function otherPlace(
  reason: 'absent' | 'denied',
  globals: GlobalOptions,
  world: Surroundings,
): Address | undefined {
  const isNamed = globals.socket !== undefined || nonEmpty(world.env.OPSBRO_SOCKET) !== undefined;
  const isHomeNamed = globals.home !== undefined || nonEmpty(world.env.OPSBRO_HOME) !== undefined;
  const home = homeOf(globals, world);
  const isOwn = isHomeNamed || home.kind === 'checkout';
  if (isNamed || (isOwn && reason === 'absent')) return undefined;
  const port = portOf(home) ?? (isOwn ? undefined : HTTP_PORT);
  return port === undefined ? undefined : { kind: 'http', url: new URL(`http://127.0.0.1:${port}`) };
}

/** The port of the API, where the agent of that home says so. */
function portOf({ data }: Home): number | undefined {
  try {
    const { http } = JSON.parse(textOf(join(data, 'ports.json')) ?? '{}') as { readonly http?: unknown };
    return typeof http === 'number' ? http : undefined;
  } catch {
    return undefined;
  }
}

/** The address as people write it. */
export const addressText = (address: Address): string =>
  address.kind === 'socket' ? address.path : address.url.href.replace(/\/$/, '');

function urlOf(written: string): URL {
  const text = written.includes('://') ? written : `http://${written}`;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new OpsbroError('bad_request', `"${written}" is no address of an agent; write http://127.0.0.1:6770`);
}

/** What of an agent tells which machine it is on. */
interface Located {
  readonly uuid: string;
  readonly home: { readonly data: string };
}

/** Whether the files that an agent speaks of are those of this machine: a forwarded port may lead anywhere. */
export function isHere({ uuid, home }: Located, globals: GlobalOptions, world: Surroundings): boolean {
  const address = findAgent(globals, world);
  if (address.kind === 'socket') return true;
  const host = address.url.hostname.replace(/^\[|\]$/g, '');
  const kept = textOf(join(home.data, 'server.key'));
  return kept === undefined ? isLoopback(host) || host === 'localhost' : kept === uuid;
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function textOf(path: string): string | undefined {
  try {
    return nonEmpty(readFileSync(path, 'utf8').trim());
  } catch {
    return undefined; // the usual case: the socket is where it is wanted
  }
}
