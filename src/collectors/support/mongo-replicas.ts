import type { Leaf, Metrics } from '../../model/metrics.ts';
import { known } from '../../plugins/trees.ts';
import { type Document, documentTree } from './mongo-tree.ts';

const PRIMARY = 1;

/** The state of a replica set, from the answers to `hello` and `replSetGetStatus`. */
export function replicaSetTree(hello: Document, status: Document): Metrics {
  const members = Array.isArray(status['members']) ? (status['members'] as Document[]) : [];
  const primary = members.find(({ state }) => state === PRIMARY);
  const { setName, isWritablePrimary, secondary, arbiterOnly } = documentTree(hello);
  const { myState } = documentTree(status);
  const me = members.find(({ self }) => self === true);
  return known({
    setName,
    isMaster: isWritablePrimary ?? false,
    isSecondary: secondary ?? false,
    isArbiter: arbiterOnly ?? false,
    myState,
    myId: leaf(me?.['_id']),
    members: Object.fromEntries(members.map((member) => [String(member['_id']), memberTree(member, primary)])),
  });
}

function memberTree(member: Document, primary: Document | undefined): Metrics {
  const { name, state, optimeDate, lastHeartbeat } = documentTree(member);
  return known({
    name,
    state,
    optimeDate,
    lastHeartbeat,
    error: leaf(member['lastHeartbeatMessage'] || undefined),
    lag_s: lagOf(member['optimeDate'], primary?.['optimeDate']),
  });
}

function lagOf(own: unknown, primary: unknown): number | undefined {
  if (!(own instanceof Date) || !(primary instanceof Date)) return undefined;
  const ms = primary.getTime() - own.getTime();
  // A member may have heard of a change that the answer of the primary did not have yet.
  return Number.isFinite(ms) ? Math.max(0, ms / 1_000) : undefined;
}

const leaf = (found: unknown): Leaf | undefined =>
  typeof found === 'number' || typeof found === 'string' ? found : undefined;
