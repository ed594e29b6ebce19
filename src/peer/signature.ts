import { createHash, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** The header in which a request says who sends it. */
export const PEER_HEADER = 'x-opsbro-peer';

/** Who says to have sent a request. */
export interface Sender {
  /** A node id: an attribution, as every holder of the key can write it. */
  readonly id: string;
  /** Differs at each start of that node. */
  readonly boot: string;
  /** Grows with each request. */
  readonly counter: number;
}

/** The header of a request, before anything of it has been proved. */
export interface Claim extends Sender {
  /** 64 hex digits; empty where nothing is encrypted. */
  readonly mac: string;
}

/** What of a request is signed. */
export interface Signed {
  readonly method: string;
  /** The target as it is sent, with its query. */
  readonly path: string;
  readonly body: Uint8Array;
}

const HEADER = /^([\w:-]{1,128})\.([\w-]{1,64})\.([1-9]\d{0,15})\.([0-9a-f]{64})?$/;

/** Reads the header; `undefined` when it is missing or not of the form `id.boot.counter.mac`. */
export function parseClaim(header: string | undefined): Claim | undefined {
  const [, id, boot, digits, mac = ''] = HEADER.exec(header ?? '') ?? [];
  const counter = Number(digits);
  if (id === undefined || boot === undefined || !Number.isSafeInteger(counter)) return undefined;
  return { id, boot, counter, mac };
}

/** The header of a request; without a key it is an attribution only. */
export function peerHeader(sender: Sender, signed: Signed, key: KeyObject | undefined): string {
  const mac = key ? macOf(sender, signed, key).toString('hex') : '';
  return `${sender.id}.${sender.boot}.${sender.counter}.${mac}`;
}

/** Whether who made the header had the key and meant this very request. */
export function isSignedBy(key: KeyObject, claim: Claim, signed: Signed): boolean {
  const given = Buffer.from(claim.mac, 'hex');
  const right = macOf(claim, signed, key);
  return given.length === right.length && timingSafeEqual(given, right);
}

function macOf({ id, boot, counter }: Sender, { method, path, body }: Signed, key: KeyObject): Buffer {
  const hash = createHash('sha256').update(body).digest('hex');
  return createHmac('sha256', key).update(`${method}|${path}|${hash}|${id}|${boot}|${counter}`).digest();
}
