import { delay } from '../../base/clock.ts';
import type { Host } from '../../net/host.ts';
import { isOfSystem, regularText } from './files.ts';
import { lineMatcher } from './pattern.ts';

const MAX_MIB = 10;
/** Characters searched before others get their turn. */
const TURN = 65_536;

/** Whether a line of the file holds the text, in whatever case; not when the file cannot be read. */
export async function grepText(host: Host, path: string, wanted: string): Promise<boolean> {
  const text = await readable(host, path);
  const lower = wanted.toLowerCase();
  if (text === undefined || wanted.includes('\n')) return false;
  for (let start = 0; start < text.length || start === 0; start += TURN) {
    if (start > 0) await delay(host.clock, 0);
    // What begins in this piece may end in the next.
    const piece = text.slice(start, start + TURN + wanted.length - 1);
    if (piece.toLowerCase().includes(lower)) return true;
  }
  return false;
}

/**
 * Whether a line of the file matches the pattern; not when the file cannot be read. A line without end is searched in pieces. Throws
 * FUNCTION for a pattern that is not supported.
 */
export async function grepPattern(host: Host, path: string, pattern: string): Promise<boolean> {
  const { matches, effort } = await lineMatcher(pattern);
  const text = await readable(host, path);
  if (text === undefined) return false;
  const turn = Math.ceil(TURN / effort);
  let searched = 0;
  for (const line of text.split('\n')) {
    for (let start = 0; start < line.length || start === 0; start += turn) {
      if (matches(line.length > turn ? line.slice(start, start + turn) : line)) return true;
      searched += Math.min(turn, line.length) + 1;
      if (searched < turn) continue;
      searched = 0;
      await delay(host.clock, 0);
    }
  }
  return false;
}

async function readable(host: Host, path: string): Promise<string | undefined> {
  return await regularText(host, path, MAX_MIB).catch((error: unknown) => {
    if (isOfSystem(error)) return undefined;
    throw error;
  });
}
