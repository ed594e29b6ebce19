import { join } from 'node:path';
import { readTokenFile, TOKEN_FILE } from '../config/token-file.ts';
import type { Problem } from '../model/pack.ts';
import type { SoundReading } from './sound-reading.ts';

/** What is wrong in the file of tokens of a configuration directory, and with who may read and change that. */
export async function tokenProblems(directory: string): Promise<readonly Problem[]> {
  const file = join(directory, TOKEN_FILE);
  const { problems, openTo } = await readTokenFile(file);
  const about = { file, line: 0, column: 0, key: '' };
  if (openTo === 'writers')
    return [
      { level: 'error', ...about, message: `can be changed by others and counts for nothing; run chmod 600 on it` },
    ];
  if (openTo === 'nobody') return problems;
  return [...problems, { level: 'warning', ...about, message: 'can be read by others; run chmod 600 on it' }];
}

/**
 * A reading with these problems of tokens among its own. They come to it afterwards, so that no former version of that file stands in: it would
 * let in whose token was taken back.
 */
export function withTokenProblems(reading: SoundReading, found: readonly Problem[]): SoundReading {
  const { loaded, ...written } = reading.written;
  const problems = [...loaded.problems, ...found];
  return { ...reading, written: { ...written, loaded: { ...loaded, problems } } };
}
