import { OpsbroError } from '../base/errors.ts';
import { isLoopback } from '../base/loopback.ts';
import type { Access } from './route.ts';

/** Where a request comes from: the unix socket, whose file mode says who may connect, or an address. */
export type Caller = { readonly door: 'socket' } | { readonly door: 'tcp'; readonly address: string };

/** From where reading over TCP needs no proof of who is asking. */
export type AnonymousRead = 'none' | 'loopback' | 'any';

/** What decides about access. */
export interface AccessRules {
  readonly anonymousRead: AnonymousRead;
  /** Path of the unix socket, named in refusals. */
  readonly socketPath: string;
}

/** Throws `unauthorized` unless `caller` may use routes of this class. */
export function admit(access: Access, caller: Caller, rules: AccessRules): void {
  if (caller.door === 'socket' || access === 'open') return;
  if (access === 'read' && mayRead(caller.address, rules.anonymousRead)) return;
  const what = access === 'read' ? 'reading' : 'this';
  throw new OpsbroError(
    'unauthorized',
    `${what} is not allowed over TCP from ${caller.address}; use the unix socket ${rules.socketPath}, as the command line does (curl --unix-socket ${rules.socketPath})`,
  );
}

function mayRead(address: string, anonymousRead: AnonymousRead): boolean {
  return anonymousRead === 'any' || (anonymousRead === 'loopback' && isLoopback(address));
}
