import { Packet } from 'dns2';

/** A query to be made; a name is written with dots. */
interface Wanted {
  readonly name: string;
  readonly type?: number;
  readonly class?: number;
  /** Advertises a size by an OPT record. */
  readonly edns?: number;
  /** Raw TTL field of the OPT record. */
  readonly ednsTtl?: number;
  /** The two bytes of the header's flags. */
  readonly flags?: number;
}

export const TYPES = {
  A: 1,
  NS: 2,
  SOA: 6,
  PTR: 12,
  MX: 15,
  SRV: 33,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  AXFR: 252,
  ANY: 255,
} as const;

const u16 = (value: number): number[] => [value >> 8, value & 255];

/** The bytes of a name. */
export const wireName = (name: string): number[] => [
  ...name.split('.').flatMap((label) => (label === '' ? [] : [label.length, ...Buffer.from(label, 'latin1')])),
  0,
];

/** An OPT record. */
export const opt = (size: number, ttl = 0, data: readonly number[] = []): number[] => [
  0,
  ...u16(TYPES.OPT),
  ...u16(size),
  ...u16(ttl >>> 16),
  ...u16(ttl & 0xffff),
  ...u16(data.length),
  ...data,
];

/** The bytes of a query. */
export function query({ name, type = TYPES.A, class: cls = 1, edns, ednsTtl = 0, flags = 0x0100 }: Wanted): Buffer {
  const counts = [1, 0, 0, edns === undefined ? 0 : 1].flatMap(u16);
  const question = [...wireName(name), ...u16(type), ...u16(cls)];
  const extra = edns === undefined ? [] : opt(edns, ednsTtl);
  return Buffer.from([0x12, 0x34, ...u16(flags), ...counts, ...question, ...extra]);
}

/** A packet of hand-made pieces: flags, the four counts, and the rest. */
export const packetOf = (flags: number, counts: readonly number[], ...rest: readonly (readonly number[])[]): Buffer =>
  Buffer.from([0x12, 0x34, ...u16(flags), ...counts.flatMap(u16), ...rest.flat()]);

/** The header bits of an answer. */
export const flagsOf = (answer: Buffer) => ({
  qr: answer.readUInt16BE(2) >> 15,
  aa: (answer.readUInt16BE(2) >> 10) & 1,
  tc: (answer.readUInt16BE(2) >> 9) & 1,
  rd: (answer.readUInt16BE(2) >> 8) & 1,
  ra: (answer.readUInt16BE(2) >> 7) & 1,
  cd: (answer.readUInt16BE(2) >> 4) & 1,
});

/** The records of an answer as text, by section. */
export function sectionsOf(answer: Buffer) {
  const { answers, authorities, additionals } = Packet.parse(answer);
  const text = (record: object) => {
    const {
      type,
      name,
      ttl,
      address,
      primary,
      admin,
      serial,
      refresh,
      retry,
      expiration,
      minimum,
      ns,
      data,
      priority,
      weight,
      port,
      target,
      domain,
    } = record as Record<string, unknown>;
    if (type === TYPES.SOA)
      return `${name} ${ttl} SOA ${primary} ${admin} ${serial} ${refresh} ${retry} ${expiration} ${minimum}`;
    if (type === TYPES.OPT) return 'OPT';
    if (type === TYPES.SRV) return `${name} ${ttl} ${priority} ${weight} ${port} ${target}`;
    return `${name} ${ttl} ${ns ?? domain ?? address ?? data}`;
  };
  return { answers: answers.map(text), authorities: authorities.map(text), additionals: additionals.map(text) };
}
