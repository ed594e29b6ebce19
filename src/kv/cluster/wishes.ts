/** What kinds of wishes, questions and answers there are. Pure. */
import type { Answer, Question, ReplicaQuestion, Wish } from './messages.ts';

/** Whether a wish depends on the version that is there. */
export function isConditional(wish: Wish): boolean {
  if (wish.op === 'put') return wish.options.cas !== undefined;
  return wish.op === 'delete' && wish.cas !== undefined;
}

/** Whether doing it twice is as good as once, whatever happened between. */
export const isRepeatable = ({ op }: Wish): boolean => op === 'get' || op === 'restore';

/** Whether it is asked because a client waits for it. */
export const isForClients = ({ type }: Question): boolean => FOR_CLIENTS.has(type);

const FOR_CLIENTS: ReadonlySet<Question['type']> = new Set([
  'write',
  'writes',
  'read',
  'prepare',
  'accept',
  'scan',
  'coordinate',
]);

/** Whether it is about what a node holds, and answered at once. */
export const isOfReplica = (question: Question): question is ReplicaQuestion =>
  question.type !== 'coordinate' && question.type !== 'follow';

/** Whether the node that is asked is to keep something. */
export const isWriting = ({ type }: Question): boolean => type === 'write' || type === 'accept' || type === 'merge';

/** The one key that a node is to keep something of. */
export const keyOf = (question: Question): string | undefined =>
  question.type === 'write' || question.type === 'accept' ? question.key : undefined;

/** Whether a node may lack what it was to keep: who refused it has it not, unless the request has yet to satisfy another view. */
export const mayLack = (answer: Answer): boolean => answer.type === 'refused' && answer.refusal.type !== 'view';

/** Whether it was refused for something newer: a record, or a promise to wait for one, which may never come. */
export const isOutdone = (answer: Answer): boolean => answer.type === 'refused' && answer.refusal.type === 'superseded';
