import { encodeQueryPayload, type KeyResponse } from '../wire/query-payloads.ts';

/** What an answer to a query has beside its payload, at most: type byte, names of fields, numbers and a name of 128 bytes. */
const ANSWER_OVERHEAD = 200;
const ANSWER_ROOM = 1_024 - ANSWER_OVERHEAD;

/** What a node answers on its keys; all of them in base64. */
export type KeyAnswer = Omit<KeyResponse, 'kind'>;

/** The payload of such an answer. Keys that do not fit are left out, and the message says so as Serf does. */
export function encodeKeyAnswer(answer: KeyAnswer): Uint8Array {
  const all = answer.keys.length;
  for (let shown = all; shown >= 0; shown -= 1) {
    const note = `truncated key list response, showing first ${shown} of ${all} keys`;
    const message = shown === all ? answer.message : note;
    const payload = encodeQueryPayload({
      kind: 'keyResponse',
      ...answer,
      keys: answer.keys.slice(0, shown),
      message,
    });
    if (payload.length <= ANSWER_ROOM) return payload;
  }
  return encodeQueryPayload({ kind: 'keyResponse', keys: [], primaryKey: '', message: '', result: answer.result });
}
