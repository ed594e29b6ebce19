import { isSecret } from '../config/secrets.ts';
import { type Caller, whoIs } from './access.ts';
import type { Access } from './route.ts';
import { pathOf, queryOf } from './wall.ts';

/** A request that was to change something. */
export interface AuditEntry {
  /** `socket (uid unknown)`, `token NAME`, or the address of somebody who proved nothing. */
  readonly who: string;
  /** Empty for the unix socket. */
  readonly address: string;
  readonly method: string;
  /** As it was sent, without secrets, at most 300 characters. */
  readonly target: string;
  /** Path of the route in the table. */
  readonly route: string;
  readonly access: Access;
  readonly status: number;
}

interface Answered extends Pick<AuditEntry, 'method' | 'target' | 'route' | 'access' | 'status'> {
  readonly caller: Caller;
}

const LONGEST_TARGET = 300;

/** What the audit is told of a request; nothing for one that only reads. */
export function entryOf({ caller, target, method, route, access, status }: Answered): AuditEntry | undefined {
  if (method === 'GET' || method === 'HEAD' || access === 'read') return undefined;
  const address = caller.door === 'socket' ? '' : caller.address;
  return { who: whoIs(caller), address, method, target: shownTarget(target), route, access, status };
}

function shownTarget(target: string): string {
  const query = queryOf(target);
  if (query === '') return pathOf(target).slice(0, LONGEST_TARGET);
  const shown = [...new URLSearchParams(query)].map(([name, value]) => `${name}=${isSecret(name) ? '******' : value}`);
  return `${pathOf(target)}?${shown.join('&')}`.slice(0, LONGEST_TARGET);
}
