import { Fields } from './fields.ts';
import type { Malformed } from './messages.ts';
import { bytesOf, type Packable, pack, struct } from './pack.ts';
import { guarded, Refused } from './refusal.ts';
import { requiredAddress } from './serf.ts';
import { asBuffer, unpack } from './unpack.ts';

/** What one member knows of the name that two nodes claim. */
export interface ConflictResponse {
  readonly kind: 'conflictResponse';
  /** `null`: it does not know that name. */
  readonly member: ConflictingMember | null;
}

export interface ConflictingMember {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** 0 none, 1 alive, 2 leaving, 3 left, 4 failed. */
  readonly status: number;
  readonly tags: ReadonlyMap<string, string>;
  readonly protocol: VersionRange;
  readonly delegate: VersionRange;
}

export interface VersionRange {
  readonly min: number;
  readonly max: number;
  readonly current: number;
}

/** Asks for a change of the keyring, or with an empty key for its list. */
export interface KeyRequest {
  readonly kind: 'keyRequest';
  readonly key: Uint8Array;
}

export interface KeyResponse {
  readonly kind: 'keyResponse';
  /** Base64. */
  readonly keys: readonly string[];
  readonly primaryKey: string;
  readonly message: string;
  readonly result: boolean;
}

/** What the payloads of queries among agents, and of their answers, may hold. */
export type QueryPayload = ConflictResponse | KeyRequest | KeyResponse;

const TYPES = { conflictResponse: 6, keyRequest: 7, keyResponse: 8 } as const;

/** The payload of a query among agents or of its answer, type byte first. */
export function encodeQueryPayload(payload: QueryPayload): Uint8Array {
  return bytesOf([Uint8Array.of(TYPES[payload.kind]), pack(fieldsOf(payload))]);
}

/** What such a payload says. */
export function decodeQueryPayload(bytes: Uint8Array): QueryPayload | Malformed {
  return guarded(() => readQueryPayload(bytes));
}

function fieldsOf(payload: QueryPayload): Packable {
  switch (payload.kind) {
    case 'conflictResponse':
      return payload.member && memberFields(payload.member);
    case 'keyRequest':
      return struct({ Key: payload.key });
    case 'keyResponse':
      return struct({
        Keys: payload.keys.length === 0 ? null : payload.keys,
        Message: payload.message,
        PrimaryKey: payload.primaryKey,
        Result: payload.result,
      });
  }
}

const memberFields = ({ name, address, port, status, tags, protocol, delegate }: ConflictingMember): Packable =>
  struct({
    Addr: requiredAddress(address),
    DelegateCur: delegate.current,
    DelegateMax: delegate.max,
    DelegateMin: delegate.min,
    Name: name,
    Port: port,
    ProtocolCur: protocol.current,
    ProtocolMax: protocol.max,
    ProtocolMin: protocol.min,
    Status: status,
    Tags: tags,
  });

function readQueryPayload(bytes: Uint8Array): QueryPayload {
  switch (bytes[0]) {
    case TYPES.conflictResponse: {
      const { value } = unpack(bytes, 1);
      return { kind: 'conflictResponse', member: value === null ? null : readMember(Fields.of(value)) };
    }
    case TYPES.keyRequest:
      return { kind: 'keyRequest', key: Fields.read(bytes, 1).bytes('Key') };
    case TYPES.keyResponse:
      return readKeyResponse(Fields.read(bytes, 1));
    default:
      throw new Refused(bytes.length === 0 ? 'truncated' : 'unknownType');
  }
}

function readMember(fields: Fields): ConflictingMember {
  return {
    name: fields.nodeName('Name'),
    address: fields.address('Addr'),
    port: fields.port('Port'),
    status: fields.integer('Status', 4),
    tags: new Map([...fields.map('Tags').keys()].map((tag) => [tag, new Fields(fields.map('Tags')).text(tag)])),
    protocol: readRange(fields, 'Protocol'),
    delegate: readRange(fields, 'Delegate'),
  };
}

const readRange = (fields: Fields, prefix: string): VersionRange => ({
  min: fields.integer(`${prefix}Min`, 255),
  max: fields.integer(`${prefix}Max`, 255),
  current: fields.integer(`${prefix}Cur`, 255),
});

function readKeyResponse(fields: Fields): KeyResponse {
  return {
    kind: 'keyResponse',
    keys: fields.list('Keys').map((key) => (key instanceof Uint8Array ? asBuffer(key).toString() : '')),
    primaryKey: fields.text('PrimaryKey'),
    message: fields.text('Message'),
    result: fields.boolean('Result'),
  };
}
