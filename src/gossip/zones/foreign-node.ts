import type { NodeState } from '../../model/member.ts';
import type { Endpoint } from '../../net/address.ts';
import { Fields } from '../wire/fields.ts';
import { WIRE_STATES } from '../wire/messages.ts';
import { type Packable, pack, struct } from '../wire/pack.ts';
import { guarded, isMalformed, Refused } from '../wire/refusal.ts';
import { requiredAddress } from '../wire/serf.ts';

/** A member of another zone, as its own zone knows it. */
export interface ForeignNode extends Endpoint {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  /** Raised by the node itself only. */
  readonly incarnation: number;
  readonly state: NodeState;
  readonly isProxy: boolean;
  /** Where it listens for other nodes; 0 when it does not. */
  readonly peerPort: number;
}

/** More nodes than this are not looked at in one message. */
const MAX_TOLD = 65_536;
const MAX_ID = 200;
const MAX_ZONE = 63;
const MAX_INCARNATION = 2 ** 31;

/** Of the same incarnation the worse news is the later one: only the node itself can take it back, by a higher incarnation. */
const RANK: Readonly<Record<NodeState, number>> = { alive: 0, suspect: 1, dead: 2, left: 3 };

/** Whether `told` is later than what is known of the same node. */
export function isLater(told: ForeignNode, known: ForeignNode | undefined): boolean {
  if (!known) return true;
  if (told.incarnation !== known.incarnation) return told.incarnation > known.incarnation;
  return RANK[told.state] > RANK[known.state];
}

/** Nodes as the body of a message. */
export const packNodes = (nodes: readonly ForeignNode[]): Uint8Array => pack(struct({ N: nodes.map(fieldsOf) }));

/** The nodes in `body`; what can be no node is left out. Throws when it is no such body. */
export function readNodes(body: Uint8Array): ForeignNode[] {
  const told = Fields.read(body, 0).list('N').slice(0, MAX_TOLD);
  return told.flatMap((value) => {
    const node = guarded(() => readNode(Fields.of(value)));
    return isMalformed(node) ? [] : [node];
  });
}

const fieldsOf = (node: ForeignNode): Packable =>
  struct({
    A: requiredAddress(node.address),
    I: node.id,
    M: node.name,
    N: node.incarnation,
    P: node.port,
    Q: node.peerPort,
    S: WIRE_STATES.indexOf(node.state),
    X: node.isProxy,
    Z: node.zone,
  });

function readNode(fields: Fields): ForeignNode {
  const state = WIRE_STATES[fields.integer('S', WIRE_STATES.length - 1)];
  const [id, zone] = [fields.text('I', MAX_ID), fields.text('Z', MAX_ZONE)];
  if (!state || id === '' || zone === '') throw new Refused('malformed');
  return {
    id,
    name: fields.nodeName('M'),
    zone,
    incarnation: fields.integer('N', MAX_INCARNATION),
    state,
    isProxy: fields.boolean('X'),
    address: fields.address('A'),
    port: fields.port('P'),
    peerPort: fields.port('Q'),
  };
}
