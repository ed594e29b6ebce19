/** Who tells of a problem that all nodes of a zone see: one node, and others in order when it does not. Pure. */
import { hashRing, placed } from '../../base/placement.ts';
import type { Notice } from '../../model/member.ts';

/** A notice as another node, or this one, saw it. */
export interface SeenNotice {
  readonly by: string;
  readonly state: Notice['state'];
  /** Monotonic milliseconds of the seeing node when it saw it first: clocks of nodes may differ. */
  readonly seenAt: number;
}

/** Backup number 1 acts so long after the responsible node should have, number 2 twice as long, and so on. */
export const BACKUP_MS = 15_000;
/** A claim that nothing came of for so long counts no more. */
export const CLAIM_MS = 60_000;

/** In which order the candidates are responsible for an incident; all nodes find the same. */
export const orderOf = (key: string, candidates: Iterable<string>): string[] => placed(key, hashRing(candidates));

/** What is needed to know what to do about an incident. */
export interface Case {
  readonly self: string;
  /** Candidates, the responsible one first. */
  readonly order: readonly string[];
  /** Monotonic milliseconds from which on people may be told. */
  readonly dueAt: number;
  readonly notices: readonly SeenNotice[];
  isAlive(id: string): boolean;
}

/** What to do: tell people, look again at some time, or nothing until something changes. */
export type Duty =
  | { readonly type: 'tell' }
  | { readonly type: 'wait'; readonly until: number }
  | { readonly type: 'nothing' };

const NOTHING: Duty = { type: 'nothing' };

/** What a node has to do about an incident at `now`. */
export function dutyOf({ self, order, dueAt, notices, isAlive }: Case, now: number): Duty {
  const place = order.indexOf(self);
  if (place < 0 || notices.some(({ by, state }) => by === self || state !== 'claimed')) return NOTHING;
  // After a claim that nothing came of the others come one after the other again.
  const claims = notices
    .filter(({ by }) => isAlive(by))
    .map(({ by, seenAt }) => seenAt + CLAIM_MS + Math.max(0, place - order.indexOf(by) - 1) * BACKUP_MS);
  const until = Math.max(dueAt + place * BACKUP_MS, ...claims);
  return until > now ? { type: 'wait', until } : { type: 'tell' };
}

/** Whether a node tells that the problem is over: who told of the problem, or the first candidate when that one is gone. */
export function isTeller({ self, order, notices, isAlive }: Omit<Case, 'dueAt'>): boolean {
  const tellers = notices.filter(({ state }) => state === 'sent').map(({ by }) => by);
  if (tellers.length === 0) return false;
  const living = tellers.filter((id) => id === self || isAlive(id));
  return living.length === 0 ? order[0] === self : living.includes(self);
}

/** Deaths so close to each other are one event. */
export const TOGETHER_MS = 60_000;

/** A node that was seen dying, at a monotonic time. */
interface Death {
  readonly id: string;
  readonly at: number;
}

/**
 * Those among the dead that were cut off together rather than died: more than half of all that lived, within a minute of the latest. Empty
 * when it were fewer.
 */
export function cutOff(deaths: readonly Death[], livingCount: number): string[] {
  const latest = Math.max(...deaths.map(({ at }) => at));
  const together = deaths.filter(({ at }) => at >= latest - TOGETHER_MS);
  return together.length * 2 > together.length + livingCount ? together.map(({ id }) => id) : [];
}
