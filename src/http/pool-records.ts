import { createHash } from 'node:crypto';
import type { Member } from '../model/member.ts';
import type { Detected, Explanation, Inquiry, KeyringOutcome, QueryAnswer, UserEvent } from '../model/pool.ts';
import type { DetectedNodeJson, EventJson, ExplanationJson, KeyringJson } from './pool-schemas.ts';
import { jsonObject } from './records.ts';

const ID_DIGITS = 16;
const ID = /^[0-9a-f]{16}$/;
const MAX_NAME = 128;

/** An event as the API and the websocket show it. */
export function eventJson(event: UserEvent): EventJson {
  const { id, from } = stampOf(event.payload);
  return {
    id: id ?? derivedId(event),
    type: event.name,
    from: from ?? null,
    ...payloadJson(event.payload),
    ltime: event.lTime,
    heard: event.heard,
    replayed: event.replayed,
  };
}

/** Bytes that others sent, as text for people and whole for programs. */
export const payloadJson = (payload: Uint8Array) => {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  return { payload: bytes.toString('utf8'), payload_base64: bytes.toString('base64') };
};

/** An answer to a query as the API shows it. */
export const queryAnswerJson = ({ from, payload }: QueryAnswer) => ({ from, ...payloadJson(payload) });

/** Who told it and under which id, when the payload is of the form that events without one get. */
function stampOf(payload: Uint8Array): { readonly id?: string; readonly from?: string } {
  if (payload[0] !== 0x7b) return {};
  try {
    const stamp: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    if (typeof stamp !== 'object' || stamp === null) return {};
    const isId = 'id' in stamp && typeof stamp.id === 'string' && ID.test(stamp.id);
    const isFrom = 'from' in stamp && typeof stamp.from === 'string' && stamp.from.length <= MAX_NAME;
    return { ...(isId && { id: String(stamp.id) }), ...(isFrom && { from: String(stamp.from) }) };
  } catch {
    return {}; // it only looked like one
  }
}

/** Nodes tell events apart by these three, so the id is the same on all of them. */
function derivedId({ name, payload, lTime }: UserEvent): string {
  const hash = createHash('sha256').update(`${lTime} ${name.length} ${name}`).update(payload);
  return hash.digest('hex').slice(0, ID_DIGITS);
}

/** Why a member is as it is, without evidence older than `oldest` (epoch milliseconds). */
export const explanationJson = (member: Member, why: Explanation, oldest: number): ExplanationJson => ({
  node: member.id,
  name: member.name,
  state: member.state,
  summary: why.summary,
  evidence: why.evidence
    .filter(({ at }) => at >= oldest)
    .map(({ detail, ...evidence }) => ({ ...evidence, detail: jsonObject(detail, (value) => value) })),
});

/** As `explanationJson`, from what the whole pool knows. */
export const inquiryJson = (member: Member, why: Inquiry, oldest: number): ExplanationJson => ({
  ...explanationJson(member, why, oldest),
  answered: [...why.answered],
  silent: Object.fromEntries(why.silent),
  accusers: why.accusers.map(({ name, isOfThis, accused, healthy }) => ({
    name,
    of_this: isOfThis,
    accused: [...accused],
    healthy: [...healthy],
  })),
});

/** What the members did with a request on their keys. */
export const keyringJson = ({ answers, silent }: KeyringOutcome): KeyringJson => ({
  nodes: answers.map(({ node, keys, ...answer }) => ({ ...answer, name: node, keys: [...keys] })),
  silent: [...silent],
});

/** A node that answered when the network was asked who is there. */
export const detectedJson = (found: Detected): DetectedNodeJson => ({
  uuid: found.id,
  name: found.name,
  zone: found.zone,
  addr: found.address,
  port: found.port,
  is_proxy: found.isProxy,
  groups: [...found.groups],
});
