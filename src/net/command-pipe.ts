import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { messageOf, systemCode } from '../base/errors.ts';

/** A pipe takes so many bytes as a whole or not at all (`PIPE_BUF` of Linux). */
const WHOLE_BYTES = 4_096;

/** How far writing came. */
export interface PipeWritten {
  /** Lines from the front that were taken. */
  readonly count: number;
  /** Why the others were not; empty when all were. */
  readonly reason: string;
}

/**
 * Writes whole lines of at most 4096 bytes to a named pipe without ever waiting for its reader: what it does not take now is for the
 * caller to keep. Never makes the pipe, and never writes to what is something else. Does not throw.
 */
export async function writeToPipe(path: string, lines: readonly string[]): Promise<PipeWritten> {
  let pipe: FileHandle | undefined;
  let count = 0;
  try {
    // Without O_CREAT, so that nothing becomes a plain file that would fill up; O_NONBLOCK fails at once where nobody reads.
    pipe = await open(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_APPEND);
    if (!(await pipe.stat()).isFIFO()) return { count, reason: `${path} is not a named pipe` };
    for (const batch of batchesOf(lines)) {
      await pipe.write(batch.text);
      count += batch.count;
    }
    return { count, reason: '' };
  } catch (error) {
    return { count, reason: reasonOf(error, path) };
  } finally {
    await pipe?.close().catch(() => undefined);
  }
}

interface Batch {
  readonly text: string;
  readonly count: number;
}

/** The lines in as few pieces as are taken whole. */
function* batchesOf(lines: readonly string[]): Iterable<Batch> {
  let text = '';
  let [bytes, count] = [0, 0];
  for (const line of lines) {
    const length = Buffer.byteLength(line);
    if (count > 0 && bytes + length > WHOLE_BYTES) {
      yield { text, count };
      [text, bytes, count] = ['', 0, 0];
    }
    text += line;
    bytes += length;
    count += 1;
  }
  if (count > 0) yield { text, count };
}

function reasonOf(error: unknown, path: string): string {
  switch (systemCode(error)) {
    case 'ENXIO':
    case 'EPIPE':
      return `nobody reads ${path}`;
    case 'EAGAIN':
      return `${path} is full`;
    case 'ENOENT':
      return `there is no ${path}`;
    default:
      return messageOf(error);
  }
}
