import type { Member } from '../../model/member.ts';
import { readBase, readCheck, readService } from '../records/entries.ts';
import type { NodeRecord } from '../records/part.ts';
import type { ForeignNode } from './foreign-node.ts';

interface Circumstances {
  /** What it says of itself. */
  readonly record: NodeRecord;
  readonly before: Member | undefined;
  readonly isReachable: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

const SERF = 'serf:';

/** A node of another zone as every part of the agent sees it. */
export function foreignMember(node: ForeignNode, { record, before, isReachable, now }: Circumstances): Member {
  const { id, name, state, address, port, incarnation, zone, isProxy } = node;
  const { displayName, groups, version } = readBase(record.base.entries);
  return {
    id,
    name,
    displayName,
    kind: id.startsWith(SERF) ? 'serf' : 'opsbro',
    state,
    settled: state,
    flapping: false,
    reachable: isReachable,
    udpBlocked: false,
    leaving: false,
    address,
    port,
    incarnation,
    zone,
    isProxy,
    groups,
    checks: before?.checks ?? mapped(record.checks.entries, readCheck),
    services: before?.services ?? mapped(record.services.entries, readService),
    tags: before?.tags ?? new Map(),
    version,
    since: before?.state === state ? before.since : now,
  };
}

const mapped = <From, To>(entries: ReadonlyMap<string, From>, read: (entry: From) => To): ReadonlyMap<string, To> =>
  new Map([...entries].map(([name, entry]) => [name, read(entry)]));
