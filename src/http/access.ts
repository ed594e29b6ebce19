import type { Gate, Offer, Pass } from '../access/gate.ts';
import { isBelow } from '../access/path-prefix.ts';
import { covers, sufficient } from '../access/scope.ts';
import { OpsbroError } from '../base/errors.ts';
import { isLoopback } from '../base/loopback.ts';
import type { Scope } from '../model/token.ts';
import type { Access } from './route.ts';

/**
 * Where a request comes from: the unix socket, whose file mode says who may connect, or an address, with what was proven there and whether it
 * came over TLS.
 */
export type Caller =
  | { readonly door: 'socket' }
  | { readonly door: 'tcp'; readonly address: string; readonly pass?: Pass; readonly isSecure?: boolean };

/** From where reading over TCP needs no proof of who is asking. */
export type AnonymousRead = 'none' | 'loopback' | 'any';

/** What decides about access. */
export interface AccessRules {
  readonly anonymousRead: AnonymousRead;
  /** Path of the unix socket, named in refusals. */
  readonly socketPath: string;
  /** Knows the tokens and logins; without it there are none. */
  readonly gate?: Pick<Gate, 'passOf' | 'holds'>;
}

/** A request, as far as it counts for access. */
export interface Asking {
  readonly access: Access;
  readonly caller: Caller;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly offer: Offer;
  /** Scripts of our own page say so in a header that no other page can send. */
  readonly isFromPage: boolean;
}

/** Who asks, as it is written into audits. */
export function whoIs(caller: Caller): string {
  if (caller.door === 'socket') return 'socket (uid unknown)';
  return caller.pass ? `token ${caller.pass.name}` : caller.address;
}

/** Gives the caller with what it proved. Throws `unauthorized`, `forbidden` or `too_many_requests` at a token that is not to be used. */
export function identify({ access, caller, offer }: Asking, { gate }: AccessRules): Caller {
  if (caller.door === 'socket' || access === 'open') return caller;
  const pass = gate?.passOf(offer, caller.address);
  return pass ? withPass(caller, pass) : caller;
}

/** A caller who proved something. Written out: V8 is slow to add to a copy, and this is done with every request that shows a token. */
export function withPass(caller: Caller, pass: Pass): Caller {
  if (caller.door === 'socket') return caller;
  const { door, address, isSecure } = caller;
  return isSecure ? { door, address, pass, isSecure } : { door, address, pass };
}

/** Throws `unauthorized` or `forbidden` unless the caller may use routes of this class. */
export function checkRight(asking: Omit<Asking, 'offer'>, rules: AccessRules): void {
  const { access, caller } = asking;
  if (caller.door === 'socket' || access === 'open') return;
  if (caller.pass) checkPass(caller.pass, access, asking);
  else if (access !== 'read' || !mayRead(caller.address, rules.anonymousRead))
    throw unproven(access, caller.address, rules);
}

function unproven(access: Access, address: string, { socketPath }: AccessRules): OpsbroError {
  const what = access === 'read' ? 'reading' : 'this';
  return new OpsbroError(
    'unauthorized',
    `${what} is not allowed over TCP from ${address} without a token (opsbro token create); with none use the unix socket ${socketPath}, as the command line does (curl --unix-socket ${socketPath})`,
  );
}

function checkPass(
  { name, scope, paths, by }: Pass,
  access: Scope,
  { path, isFromPage }: Pick<Asking, 'path' | 'isFromPage'>,
): void {
  if (!covers(scope, access))
    throw new OpsbroError(
      'forbidden',
      `this needs a token with the scope ${sufficient(access)}; "${name}" has ${scope}`,
      {
        details: { needed: access, scope },
      },
    );
  if (!isBelow(path, paths)) throw new OpsbroError('forbidden', `the token "${name}" is not for ${path}`);
  // A browser sends the cookie of a login along with whatever any page makes it ask.
  if (by === 'login' && access !== 'read' && !isFromPage)
    throw new OpsbroError('forbidden', 'changes by a login need the header X-Requested-With: opsbro');
}

/** What a caller may by what it proved, or by where it is; `undefined`: only what is open to everybody. */
export function scopeOf(caller: Caller, anonymousRead: AnonymousRead): Scope | undefined {
  if (caller.door === 'socket') return 'admin';
  return caller.pass?.scope ?? (mayRead(caller.address, anonymousRead) ? 'read' : undefined);
}

function mayRead(address: string, anonymousRead: AnonymousRead): boolean {
  return anonymousRead === 'any' || (anonymousRead === 'loopback' && isLoopback(address));
}
