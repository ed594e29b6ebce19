import { delay } from '../../base/clock.ts';
import { fault } from '../../expressions/fault.ts';
import type { Host } from '../../net/host.ts';
import { lineMatcher } from './pattern.ts';

const MAX_CHARACTERS = 10 * 1_024 * 1_024;
/** Characters searched before others get their turn. */
const TURN = 65_536;

/** Whether a line of the file holds the text, in whatever case; not when the file cannot be read. */
export async function grepText(host: Host, path: string, wanted: string): Promise<boolean> {
  const text = await readable(host, path);
  return text !== undefined && !wanted.includes('\n') && text.toLowerCase().includes(wanted.toLowerCase());
}

/** Whether a line of the file matches the pattern; not when the file cannot be read. Throws FUNCTION for a pattern that is not supported. */
export async function grepPattern(host: Host, path: string, pattern: string): Promise<boolean> {
  const matches = await lineMatcher(pattern);
  const text = await readable(host, path);
  let searched = 0;
  for (const line of (text ?? '').split('\n')) {
    if (matches(line)) return text !== undefined;
    searched += line.length + 1;
    if (searched >= TURN) {
      searched = 0;
      await delay(host.clock, 0);
    }
  }
  return false;
}

async function readable(host: Host, path: string): Promise<string | undefined> {
  const text = await host.readFile(path).catch(() => undefined);
  if (text !== undefined && text.length > MAX_CHARACTERS) throw fault('LIMIT', `${path} is larger than 10 MiB`);
  return text;
}
