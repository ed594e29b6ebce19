import { z } from 'zod';
import { NODE_CHANGES } from '../model/history.ts';
import { EVIDENCE_KINDS } from '../model/pool.ts';
import { NodeState, Referred } from './schemas.ts';

const Time = z.number().describe('epoch milliseconds');
const Base64 = z.string().describe('base64');

/** A duration in a body, such as `3s`. */
export const Duration = z.string().min(1).max(20).describe('3s, 500ms, 1m');

/** A member, by whatever names it. */
export const Reference = Referred.shape.ref;

export const EventJson = z.object({
  id: z.string().describe('the same on every node'),
  type: z.string(),
  from: z.string().nullable().describe('name of the node that told it, if the event says so'),
  payload: z.string().describe('as text'),
  payload_base64: Base64,
  ltime: z.int(),
  heard: Time,
  replayed: z.boolean().describe('learnt from the memory of another member'),
});
export type EventJson = z.output<typeof EventJson>;

export const EvidenceJson = z.object({
  at: Time,
  kind: z.enum(EVIDENCE_KINDS),
  by: z.string().describe('name of the node that saw or said it'),
  witness: z.string().optional().describe('with all: name of the node that told us'),
  incarnation: z.int(),
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
});

const AccuserJson = z.object({
  name: z.string(),
  of_this: z.boolean().describe('it accused the node that is asked about'),
  accused: z.array(z.string()).describe('names of all that it accused in the last hour'),
  healthy: z.array(z.string()).describe('those of them that live'),
});

export const ExplanationJson = z.object({
  node: z.string().describe('id of the node'),
  name: z.string(),
  state: NodeState,
  summary: z.string(),
  evidence: z.array(EvidenceJson).describe('oldest first'),
  answered: z.array(z.string()).optional().describe('with all: names of those that answered'),
  silent: z.record(z.string(), z.string()).optional().describe('with all: why the others did not, by name'),
  accusers: z.array(AccuserJson).optional().describe('with all: who accused most healthy nodes comes first'),
});
export type ExplanationJson = z.output<typeof ExplanationJson>;

export const PingedJson = z.object({
  node: z.string().describe('id of the node'),
  name: z.string(),
  state: NodeState,
  rtt_ms: z.number().nullable().describe('null when it did not answer in time'),
});

export const DetectedNodeJson = z.object({
  uuid: z.string(),
  name: z.string(),
  zone: z.string(),
  addr: z.string(),
  port: z.int(),
  is_proxy: z.boolean(),
  groups: z.array(z.string()),
});
export type DetectedNodeJson = z.output<typeof DetectedNodeJson>;

export const QueryAnswerJson = z.object({
  from: z.string(),
  payload: z.string().describe('as text'),
  payload_base64: Base64,
});

export const QueryJson = z.object({
  acks: z.array(z.string()).describe('names of those that confirmed to have it'),
  answers: z.array(QueryAnswerJson),
  timeout_ms: z.number().describe('how long was waited'),
});

const Fingerprint = z.string().describe('first 16 hex digits of the SHA-256 of a key');

export const KeyringJson = z.object({
  nodes: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      message: z.string(),
      primary: Fingerprint,
      keys: z.array(Fingerprint).describe('all it has, the primary one included'),
    }),
  ),
  silent: z.array(z.string()).describe('names of living nodes that did not answer'),
});
export type KeyringJson = z.output<typeof KeyringJson>;

export const CoordinateJson = z.object({
  node: z.string().describe('name of the node'),
  vec: z.array(z.number()).describe('seconds'),
  height: z.number(),
  adjustment: z.number(),
  error: z.number(),
});

export const RoundTripJson = z.object({
  from: z.string(),
  to: z.string(),
  estimated_ms: z.number().nullable().describe('from their coordinates'),
  measured_ms: z.number().nullable().describe('the last measured one, when one of them is this node'),
});

const NodeChangeJson = z.object({
  type: z.enum(NODE_CHANGES),
  uuid: z.string(),
  name: z.string(),
  display_name: z.string(),
  old_state: NodeState.nullable(),
  state: NodeState,
  incarnation: z.int(),
  reason: z.string(),
  old: z.string().nullable().describe('group, zone or address before'),
  now: z.string().nullable().describe('group, zone or address after'),
});
/** Names that a filter of the history may use. */
export const NODE_CHANGE_FIELDS: readonly string[] = Object.keys(NodeChangeJson.shape);
export type NodeChangeJson = z.output<typeof NodeChangeJson>;

export const NodeHistoryJson = z.array(
  z.object({ date: z.int().describe('epoch seconds'), entries: z.array(NodeChangeJson) }),
);
export type NodeHistoryJson = z.output<typeof NodeHistoryJson>;
