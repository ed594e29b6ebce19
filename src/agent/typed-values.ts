import { readFile, stat } from 'node:fs/promises';
import { parseYaml } from '../config/yaml.ts';
import { yamlOf } from '../config/yaml-edit.ts';
import { isMapping } from '../config/yaml-value.ts';
import type { Yaml } from '../model/pack.ts';

/** Values as the command line takes and shows them. */

/** What a word on the command line means as YAML. Throws `bad_request`. */
export const typedValue = (text: string): Yaml => yamlOf(text);

/** A secret, read from its file: only for root and for the owner of the agent's socket; the agent itself never tells it. */
export async function secretIn(file: string, key: string, socket: string, uid: number): Promise<Yaml | undefined> {
  const owner = (await stat(socket).catch(() => undefined))?.uid;
  if (uid !== 0 && uid !== owner) return undefined;
  const text = await readFile(file, 'utf8').catch(() => '');
  let at: Yaml | undefined = parseYaml(text, file).documents.findLast(({ value }) => isMapping(value))?.value;
  for (const step of key.split('.')) at = isMapping(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  return at;
}
