import { existsSync, readFileSync } from 'node:fs';
import { OpsbroError } from '../base/errors.ts';
import { findHome, type Home } from '../base/home.ts';
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

/** The address as people write it. */
export const addressText = (address: Address): string =>
  address.kind === 'socket' ? address.path : address.url.href.replace(/\/$/, '');

function urlOf(written: string): URL {
  const text = written.includes('://') ? written : `http://${written}`;
  if (URL.canParse(text) && new URL(text).protocol === 'http:') return new URL(text);
  throw new OpsbroError('bad_request', `"${written}" is no address of an agent; write http://127.0.0.1:6770`);
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function textOf(path: string): string | undefined {
  try {
    return nonEmpty(readFileSync(path, 'utf8').trim());
  } catch {
    return undefined; // the usual case: the socket is where it is wanted
  }
}
