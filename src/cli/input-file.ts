import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { World } from './world.ts';

/** The bytes of a file, of the standard input for `-`. `option` is what named it, for the error. */
export async function contentOf(
  file: string,
  { input, cwd }: Pick<World, 'input' | 'cwd'>,
  option: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (file === '-') {
    const chunks: Uint8Array[] = [];
    for await (const chunk of input) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
  try {
    return await readFile(resolve(cwd, file));
  } catch (error) {
    throw new OpsbroError('bad_request', `${option}: ${messageOf(error)}`, { cause: error });
  }
}
