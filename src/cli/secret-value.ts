import { readFile, stat } from 'node:fs/promises';
import { parseYaml } from '../config/yaml.ts';
import { isMapping } from '../config/yaml-value.ts';
import type { Yaml } from '../model/pack.ts';
import type { Address } from './find-agent.ts';

/** A secret, read from its file: only for root and for the owner of the agent's socket; the agent itself never tells it. */
export async function secretIn(file: string, key: string, address: Address, uid: number): Promise<Yaml | undefined> {
  if (address.kind !== 'socket') return undefined;
  const owner = (await stat(address.path).catch(() => undefined))?.uid;
  if (uid !== 0 && uid !== owner) return undefined;
  const text = await readFile(file, 'utf8').catch(() => '');
  let at: Yaml | undefined = parseYaml(text, file).documents.findLast(({ value }) => isMapping(value))?.value;
  for (const step of key.split('.')) at = isMapping(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  return at;
}
