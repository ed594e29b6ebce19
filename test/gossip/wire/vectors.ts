import { readFile } from 'node:fs/promises';
import type { Message, NodeEntry, SerfMessage } from '../../../src/gossip/wire/messages.ts';
import { decodeTags } from '../../../src/gossip/wire/tags.ts';

interface Vector {
  readonly kind: string;
  readonly hex: string;
  readonly json?: unknown;
  readonly contains?: readonly string[];
  readonly innerHex?: string;
  readonly lzwHex?: string;
  readonly decompressedHex?: string;
  readonly payloadHex?: string;
  readonly inner?: unknown;
  /** Of encrypted ones, in base64 the key that did it. */
  readonly key?: string;
  readonly aadHex?: string;
  readonly nonceHex?: string;
  readonly plainHex?: string;
}

const folder = new URL('../../fixtures/serf/', import.meta.url);

/** The recorded vectors of one file, each with its place in it. */
export async function vectorsOf(file: string): Promise<readonly (readonly [place: string, Vector])[]> {
  const { vectors } = (await fixture(file)) as { vectors: Vector[] };
  return vectors.map((vector, at) => [`${at} ${vector.kind}`, vector]);
}

export const fixture = async (file: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(file, folder), 'utf8'));

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Bytes as the recordings show them: text when it is printable and not empty, else hex. */
const shownBytes = (bytes: Uint8Array | null): string | null => {
  if (bytes === null) return null;
  const text = Buffer.from(bytes).toString('latin1');
  return /^[ -~]+$/.test(text) ? text : `hex:${toHex(bytes)}`;
};

const shownMeta = (meta: Uint8Array) => ({ tags: Object.fromEntries(decodeTags(meta)) });
const shownVersions = (versions: readonly number[]) => `hex:${toHex(Uint8Array.from(versions))}`;

const shownSource = (source: { address: string; port: number; node: string } | undefined) =>
  source && { SourceAddr: source.address, SourcePort: source.port, SourceNode: source.node };

/** A member of a push/pull under the names of its fields on the wire. */
export const shownEntry = (entry: NodeEntry) => ({
  Addr: entry.address,
  Incarnation: entry.incarnation,
  Meta: shownMeta(entry.meta),
  Name: entry.name,
  Port: entry.port,
  State: ['alive', 'suspect', 'dead', 'left'].indexOf(entry.state),
  Vsn: shownVersions(entry.versions),
});

/** A message under the names of its fields on the wire, as the recordings show it. */
export function shown(message: Message): unknown {
  switch (message.kind) {
    case 'ping':
      return { SeqNo: message.seqNo, Node: message.node, ...shownSource(message.source) };
    case 'indirectPing':
      return {
        SeqNo: message.seqNo,
        Node: message.node,
        Target: message.target,
        Port: message.port,
        Nack: message.nack,
        ...shownSource(message.source),
      };
    case 'ack':
      return { SeqNo: message.seqNo, Payload: shownBytes(message.payload) };
    case 'nack':
      return { SeqNo: message.seqNo };
    case 'suspect':
    case 'dead':
      return { From: message.from, Incarnation: message.incarnation, Node: message.node };
    case 'alive':
      return {
        Addr: message.address,
        Incarnation: message.incarnation,
        Meta: shownMeta(message.meta),
        Node: message.node,
        Port: message.port,
        Vsn: shownVersions(message.versions),
      };
    case 'pushPull':
    case 'error':
      throw new Error(`${message.kind} is not shown`);
    default:
      return shownSerf(message);
  }
}

function shownSerf(message: SerfMessage): unknown {
  switch (message.kind) {
    case 'leaveIntent':
      return { LTime: message.lTime, Node: message.node, Prune: message.prune };
    case 'joinIntent':
      return { LTime: message.lTime, Node: message.node };
    case 'userEvent':
      return { CC: message.coalesce, LTime: message.lTime, Name: message.name, Payload: shownBytes(message.payload) };
    case 'query':
      return {
        Addr: message.address,
        Filters: message.filters.map(shownBytes),
        Flags: message.flags,
        ID: message.id,
        LTime: message.lTime,
        Name: message.name,
        Payload: shownBytes(message.payload),
        Port: message.port,
        RelayFactor: message.relayFactor,
        SourceNode: message.sourceNode,
        Timeout: message.timeout,
      };
    case 'queryResponse':
      return {
        Flags: message.flags,
        From: message.from,
        ID: message.id,
        LTime: message.lTime,
        Payload: shownBytes(message.payload),
      };
    case 'relay':
      return {
        DestAddr: {
          IP: message.address,
          Port: message.port,
          Zone: message.zone === '' ? 'hex:' : message.zone,
        },
        DestName: message.destName,
      };
    case 'own':
      throw new Error('there are no recordings of own messages');
  }
}
