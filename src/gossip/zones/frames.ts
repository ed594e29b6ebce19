import { type Delta, type Full, packDelta, packFull, readDelta, readFull } from '../records/bodies.ts';
import { Fields } from '../wire/fields.ts';
import { bytesOf, pack, struct } from '../wire/pack.ts';
import { guarded, isMalformed, Refused } from '../wire/refusal.ts';
import { type ForeignNode, packNodes, readNodes } from './foreign-node.ts';

/** An event on its way to the zone above. */
export interface RelayedEvent {
  /** Where it was told first, and its Lamport time there: together with name and payload they tell it from all others. */
  readonly zone: string;
  readonly lTime: number;
  readonly name: string;
  readonly payload: Uint8Array;
}

/** What two proxies of neighbouring zones tell each other. */
export type Frame =
  /** Who opens the link, first of all; the other side answers with its own. */
  | { readonly kind: 'hello'; readonly id: string; readonly zone: string }
  | { readonly kind: 'nodes'; readonly nodes: readonly ForeignNode[] }
  | { readonly kind: 'full'; readonly full: Full }
  | { readonly kind: 'delta'; readonly delta: Delta }
  | { readonly kind: 'event'; readonly event: RelayedEvent };

const TYPES = { hello: 1, nodes: 2, full: 3, delta: 4, event: 5 } as const;
const MAX_ID = 200;
const MAX_ZONE = 63;

/** A frame as bytes: one for its kind, then its body. */
export const encodeFrame = (frame: Frame): Uint8Array => bytesOf([Uint8Array.of(TYPES[frame.kind]), bodyOf(frame)]);

/** The frame in these bytes; nothing when they are none that is known. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  const frame = guarded(() => read(bytes[0], bytes.subarray(1)));
  return isMalformed(frame) ? undefined : frame;
}

function bodyOf(frame: Frame): Uint8Array {
  switch (frame.kind) {
    case 'hello':
      return pack(struct({ I: frame.id, Z: frame.zone }));
    case 'nodes':
      return packNodes(frame.nodes);
    case 'full':
      return packFull(frame.full);
    case 'delta':
      return packDelta(frame.delta);
    case 'event': {
      const { zone, lTime, name, payload } = frame.event;
      return pack(struct({ L: lTime, N: name, P: payload, Z: zone }));
    }
  }
}

function read(type: number | undefined, body: Uint8Array): Frame {
  switch (type) {
    case TYPES.hello: {
      const fields = Fields.read(body, 0);
      return { kind: 'hello', id: fields.text('I', MAX_ID), zone: fields.text('Z', MAX_ZONE) };
    }
    case TYPES.nodes:
      return { kind: 'nodes', nodes: readNodes(body) };
    case TYPES.full:
      return { kind: 'full', full: readFull(body) };
    case TYPES.delta:
      return { kind: 'delta', delta: readDelta(body) };
    case TYPES.event: {
      const fields = Fields.read(body, 0);
      const [zone, name] = [fields.text('Z', MAX_ZONE), fields.text('N')];
      return { kind: 'event', event: { zone, lTime: fields.lamport('L'), name, payload: fields.bytes('P') } };
    }
    default:
      throw new Refused('unknownType');
  }
}
