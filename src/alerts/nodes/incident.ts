import type { AlertNode, Problem } from '../../model/alert.ts';
import type { Member, Notice } from '../../model/member.ts';
import { alertKey } from '../alert-key.ts';
import type { SeenNotice } from './duty.ts';

/** A death of a node, from when it was seen until the node is back, left or forgotten. Times are monotonic. */
export interface Incident {
  /** The same on all nodes that see it. */
  readonly id: string;
  readonly node: AlertNode;
  readonly incarnation: number;
  readonly diedAt: number;
  /** From when on people may be told. */
  dueAt: number;
  /** Since when it is alive again. */
  backAt: number | undefined;
  /** This node has made an alert of it. */
  isRaised: boolean;
  /** It is told of as one of many that were cut off. */
  isCutOff: boolean;
  /** By node. */
  readonly seen: Map<string, SeenNotice & Pick<Notice, 'at' | 'handlers'>>;
}

/** What the ids of all deaths of a node begin with. */
export const nodeKey = (nodeId: string): string => alertKey('node', nodeId, '');

/** Of the death of a node in an incarnation; also the id of its alert. */
export const incidentId = (nodeId: string, incarnation: number): string => `${nodeKey(nodeId)}-${incarnation}`;

/** The handlers that nodes told of an incident, as they say. */
export const toldOf = ({ seen }: Incident): readonly string[] => [
  ...new Set([...seen.values()].flatMap(({ state, handlers }) => (state === 'sent' ? handlers : []))),
];

/** A member as alerts show it. */
export const alertNodeOf = ({ id, name, displayName, address, zone, groups }: Member): AlertNode => ({
  uuid: id,
  name,
  displayName,
  address,
  zone,
  groups,
});

/** The problem of an incident: that the node is dead, or what became of that. */
export function problemOf({ node, incarnation }: Incident, state: 'dead' | 'alive' | 'left', why = ''): Problem {
  const shown = node.displayName === '' ? node.name : node.displayName;
  const output = state === 'dead' ? `node ${node.name} is dead` : `node ${node.name} is ${state}`;
  return {
    kind: 'node',
    node,
    name: '',
    displayName: shown,
    pack: '',
    severity: state === 'dead' ? 'critical' : 'ok',
    state,
    oldState: state === 'dead' ? 'alive' : 'dead',
    output,
    incident: String(incarnation),
    ...(why !== '' && { why }),
    ...(state === 'left' && { isClosed: true }),
  };
}
