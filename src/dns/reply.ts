import type { Edns, Head, Question } from './query.ts';
import type { AddressRecord, AnswerRecord } from './records.ts';

/** The response codes that are given. `BADVERS` is carried half by the OPT record. */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;

export type Rcode = keyof typeof RCODE;

/** What the SOA record and the name server of a domain say. */
export interface Authority {
  /** Without dots at either end. */
  readonly domain: string;
  readonly ttl: number;
  readonly negativeTtl: number;
  readonly serial: number;
}

/** A reply before it is bytes. Without a question it is a bare header. */
export interface Reply {
  readonly head: Head;
  readonly rcode: Rcode;
  readonly isAuthoritative?: boolean;
  readonly isTruncated?: boolean;
  readonly question?: Question | undefined;
  readonly answers?: readonly AnswerRecord[];
  /** Addresses of the domain's name server, beside its NS record. */
  readonly glue?: readonly AddressRecord[];
  /** Put the SOA record into the authority section, as every negative answer must. */
  readonly isNegative?: boolean;
  readonly authority?: Authority;
  readonly edns?: Edns | undefined;
  /** The largest datagram that we take, as the OPT record says it. */
  readonly maxUdp: number;
  /** Bytes of an answer at most: addresses of targets are added as long as they fit. */
  readonly limit: number;
}
