import { literalEndpoint } from '../net/address.ts';
import type { Remembered } from './core/effect.ts';

/** What a Serf agent left behind. */
interface SerfSnapshot {
  readonly members: readonly Remembered[];
  /** As they will be used next: one above the last that was seen. */
  readonly clocks: readonly [member: number, event: number, query: number];
  /** It left the pool on purpose. */
  readonly left: boolean;
}

/** More members than a pool has, and more lines than the agent keeps before it compacts the file, are not taken. */
const MAX_MEMBERS = 20_000;
const MAX_LTIME = 2 ** 48;
const CLOCKS = ['clock: ', 'event-clock: ', 'query-clock: '] as const;

/**
 * Reads the text form of a Serf agent's snapshot: one thing that happened a line, the last word on a member counts. Lines of other kinds
 * are skipped, as serf does; a text without any line that serf writes throws.
 */
export function parseSerfSnapshot(text: string): SerfSnapshot {
  const members = new Map<string, Remembered>();
  const clocks: [number, number, number] = [1, 1, 1];
  let [left, known] = [false, 0];
  for (const line of text.replaceAll('\0', '').split('\n')) {
    const place = CLOCKS.findIndex((prefix) => line.startsWith(prefix));
    if (place >= 0) clocks[place] = Math.max(clocks[place] ?? 1, timeAfter(line.slice(CLOCKS[place]?.length)));
    else if (line.startsWith('alive: ')) alive(members, line.slice('alive: '.length));
    else if (line.startsWith('not-alive: ')) members.delete(line.slice('not-alive: '.length).trim());
    else if (line.trim() !== 'leave') continue;
    // Whoever says anything after it has left has come back.
    left = line.trim() === 'leave';
    known += 1;
  }
  if (known === 0) throw new Error('it has no line that serf writes');
  return { members: [...members.values()], clocks, left };
}

function alive(members: Map<string, Remembered>, told: string): void {
  const [, name = '', written = ''] = /^(.{1,128}) (\S+)\s*$/.exec(told) ?? [];
  const place = literalEndpoint(written);
  if (!place || (!members.has(name) && members.size >= MAX_MEMBERS)) return;
  members.set(name, { name, ...place, id: '', zone: '', incarnation: 0 });
}

/** Serf writes the last time it saw; ours stands at the next. */
function timeAfter(text: string): number {
  const time = Number(text.trim());
  return Number.isSafeInteger(time) && time >= 0 && time < MAX_LTIME ? time + 1 : 1;
}
