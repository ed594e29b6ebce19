import type { IncomingMessage } from 'node:http';
import { OpsbroError } from '../base/errors.ts';

/** Under which names this agent may be asked, and from which pages. */
export interface WallRules {
  /** Names of this node and `http.allowed_hosts`, in lower case; `localhost` and the address asked are always ours. */
  readonly hostNames: () => Iterable<string>;
  /** Ports of our own pages, beside the port asked. */
  readonly pagePorts: () => Iterable<number>;
}

/** What of a request is judged before it is routed. */
export interface Asked {
  /** The target as it was sent. */
  readonly target: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** The address of ours that it came in at; `undefined` on the unix socket. */
  readonly localAddress: string | undefined;
}

const LONGEST_TARGET = 8_192;
/**
 * Paths that are in their normal form without a closer look: what is not escaped need not be, what is escaped is no dot, and no segment is of
 * dots alone.
 */
const PLAIN_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))(?:[\w\-.~!$&'()*+,;=:@]|%(?!2e)[\da-f]{2})*)+$/i;

/** The facts of a request. */
export const askedBy = ({ url = '', headers, socket }: IncomingMessage, door: 'socket' | 'tcp'): Asked => ({
  target: url,
  host: headers.host,
  origin: headers.origin,
  localAddress: door === 'tcp' ? (socket.localAddress ?? '') : undefined,
});

/** Throws what a request is refused with whatever it asks for: a target that would be read as another, a foreign host or page. */
export function checkAsked(asked: Asked, rules: WallRules): void {
  checkTarget(asked.target);
  if (asked.localAddress === undefined) return;
  checkHost(asked, rules);
  if (asked.origin !== undefined) checkOrigin(asked.origin, urlOf(asked.host ?? ''), rules);
}

/**
 * Libraries tidy targets before they route them: `/kv/a/../b` becomes `/kv/b`, and a write lands on another key. So a target that is not
 * in its normal form already is refused.
 */
function checkTarget(target: string): void {
  if (target.length > LONGEST_TARGET) {
    throw new OpsbroError('uri_too_long', `the target has ${target.length} characters, more than ${LONGEST_TARGET}`);
  }
  const path = pathOf(target);
  if (PLAIN_PATH.test(path) && !target.includes('#') && (!path.includes('%') || decoded(path) !== undefined)) return;
  const code = path.startsWith('/kv/') ? 'bad_key' : 'bad_request';
  if (!target.startsWith('/') || target.includes('#')) {
    throw new OpsbroError('bad_request', 'the target of a request is a path that begins with /');
  }
  const normal = normalPath(path);
  if (normal !== path) {
    throw new OpsbroError(code, `the path is not in its normal form, which would be ${normal}; nothing was done`);
  }
  if (decoded(path) === undefined)
    throw new OpsbroError(code, 'the path holds a % that begins no escape of valid UTF-8');
}

/** What stands before the query of a target. */
export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

/** What stands behind the `?` of a target; empty when there is none. */
export const queryOf = (target: string): string => target.slice(pathOf(target).length + 1);

const normalPath = (path: string): string | undefined =>
  URL.canParse(`http://host${path}`) ? new URL(`http://host${path}`).pathname : undefined;

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Hosts that mean the same to everybody who reads them, with or without a port. */
const PLAIN_HOST = /^([a-z][a-z\d.-]*|\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,4})?$/;

/** Who rebinds a name of theirs to our address still sends that name. */
function checkHost({ host, localAddress = '' }: Asked, rules: WallRules): void {
  if (host === undefined) throw new OpsbroError('bad_request', 'the request has no Host header');
  const plain = PLAIN_HOST.exec(host)?.[1];
  if (plain !== undefined && isOurs(plain, localAddress, rules)) return;
  const url = urlOf(host);
  const isPlain = url !== undefined && url.pathname === '/' && url.username === '' && !/[/?#@\\]|:$/.test(host);
  if (isPlain && isOurs(url.hostname, localAddress, rules)) return;
  throw new OpsbroError(
    'wrong_host',
    `"${host}" is no name of this agent; ask by address, by localhost or by the node's name, or add the name to http.allowed_hosts`,
  );
}

const urlOf = (host: string): URL | undefined =>
  URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;

function isOurs(hostname: string, localAddress: string, rules: WallRules): boolean {
  const bare = bareName(hostname);
  if (bare === 'localhost' || bare === localAddress) return true;
  if (localAddress.startsWith('::') && bare === localAddress.replace(/^::ffff:/i, '')) return true;
  for (const name of rules.hostNames()) if (name === bare) return true;
  return false;
}

/** Without the brackets of an IPv6 address, and without the dot that ends a full name. */
function bareName(hostname: string): string {
  const bare = hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
  return bare.endsWith('.') ? bare.slice(0, -1) : bare;
}

/** Pages of others may not ask on behalf of who looks at them. */
function checkOrigin(origin: string, host: URL | undefined, rules: WallRules): void {
  const page = URL.canParse(origin) ? new URL(origin) : undefined;
  const isOurHost = page !== undefined && /^https?:$/.test(page.protocol) && page.hostname === host?.hostname;
  if (isOurHost && (page.port === host?.port || isOurPort(page.port, rules))) return;
  throw new OpsbroError('forbidden', `pages of "${origin}" may not use this agent`);
}

function isOurPort(port: string, rules: WallRules): boolean {
  for (const ours of rules.pagePorts()) if (String(ours) === port) return true;
  return false;
}
