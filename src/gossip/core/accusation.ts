import { Fields } from '../wire/fields.ts';
import { pack, struct } from '../wire/pack.ts';
import { guarded, isMalformed } from '../wire/refusal.ts';
import type { Detail } from './evidence.ts';

/** How a ping over TCP went; `none`: it was not tried. */
export const TCP_RESULTS = ['none', 'ok', 'refused', 'timeout'] as const;
export type TcpResult = (typeof TCP_RESULTS)[number];

/** What a probe found before it accused somebody; it travels with the accusation, among opsbro nodes only. */
export interface Accusation {
  /** How long was waited, in milliseconds. */
  readonly ms: number;
  /** How well the accuser itself did, 0 to 7; 0 is well. */
  readonly score: number;
  /** Others that were asked to try. */
  readonly asked: number;
  /** Those of them that said they had no answer either. */
  readonly nacked: number;
  readonly tcp: TcpResult;
}

const MAX_BYTES = 120;
const MAX_MS = 3_600_000;
const MAX_COUNT = 255;

/** The bytes of an accusation, 30 or so. */
export function packAccusation({ ms, score, asked, nacked, tcp }: Accusation): Uint8Array {
  const wait = Math.min(MAX_MS, Math.round(ms));
  return pack(struct({ a: asked, m: wait, n: nacked, s: score, t: TCP_RESULTS.indexOf(tcp) }));
}

/** What the bytes say; `undefined` when they make no sense. */
export function readAccusation(bytes: Uint8Array): Accusation | undefined {
  if (bytes.length > MAX_BYTES) return undefined;
  const read = guarded(() => {
    const fields = Fields.read(bytes, 0);
    return {
      ms: fields.integer('m', MAX_MS),
      score: fields.integer('s', MAX_COUNT),
      asked: fields.integer('a', MAX_COUNT),
      nacked: fields.integer('n', MAX_COUNT),
      tcp: TCP_RESULTS[fields.integer('t', TCP_RESULTS.length - 1)] ?? 'none',
    };
  });
  return isMalformed(read) ? undefined : read;
}

/** An accusation as evidence shows it; empty without one. */
export function detailOf(bytes: Uint8Array | undefined): Detail {
  const accusation = bytes && readAccusation(bytes);
  return accusation ? { ...accusation } : {};
}
