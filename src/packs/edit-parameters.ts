import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { OpsbroError, systemCode } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { existing } from '../config/files.ts';
import { isReference } from '../config/references.ts';
import { replaceFile } from '../config/replace-file.ts';
import { isMasked, shownOf } from '../config/secrets.ts';
import { commentsAbove, inline, withChange, withValue } from '../config/yaml-edit.ts';
import { LEVELS, type Level, type Pack, type Yaml } from '../model/pack.ts';
import { leavesOf, overlayFile, ownParameters, readAll } from './parameters.ts';
import { typeIn, valueAt, wrongValue } from './settings.ts';

/** One parameter at one level. */
export interface ParameterName {
  readonly level: string;
  readonly pack: string;
  /** With dots for values within maps. */
  readonly key: string;
}

/** What is needed to find the files of parameters. */
export interface Shelves {
  readonly packs: readonly Pack[];
  readonly data: string;
  /** The options of plugins by pack. */
  readonly options: ReadonlyMap<string, z.core.$ZodType>;
}

/** A value that was asked for or set. Secrets are only in `value`. */
export interface ParameterValue {
  readonly file: string;
  readonly value: Yaml;
  readonly shown: string;
  /** The comment lines above it. */
  readonly comments: readonly string[];
}

/** What a level says of a parameter; when it says nothing, what is in effect. Throws `not_found` when nothing sets it. */
export async function parameterOf(name: ParameterName, { packs, data, options }: Shelves): Promise<ParameterValue> {
  const { level, copy, inUse } = found(name, { packs, options });
  const source = await sourceOf(name, { level, copy, data });
  if (source) {
    const value = valueAt(source.values, name.key) ?? null;
    const { line } = source.placeOf(name.key.split('.'));
    const comments = commentsAbove(await readFile(source.file, 'utf8'), line);
    return { file: source.file, value, shown: shownValue(name.key, value), comments };
  }
  const setting = inUse.settings.find(({ key }) => key === name.key);
  if (setting?.value === undefined) throw noParameter(name, inUse);
  const { value, source: file } = setting;
  return { file, value, shown: shownValue(name.key, value), comments: [] };
}

/** Where a level may say something of a pack. */
interface Place {
  readonly level: Level;
  readonly copy: Pack | undefined;
  readonly data: string;
}

/** What counts of all that a level says of a parameter; nothing when it says nothing. */
async function sourceOf({ pack, key }: ParameterName, { level, copy, data }: Place) {
  const own = copy ? (await ownParameters(copy.directory)).sources : [];
  const above = level === 'core' ? [] : (await readAll(await existing([overlayFile(data, level, pack)]))).sources;
  return [...own, ...above].findLast(({ values }) => valueAt(values, key) !== undefined);
}

/** What is set, and whether a name that the pack does not know is taken all the same. */
export interface NewValue {
  /** `undefined` takes the parameter away. */
  readonly value: Yaml | undefined;
  readonly unknown: 'refuse' | 'take';
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Sets a parameter in the copy of the pack at this level, or above the pack when there is none. Throws `not_found` for a name that is not
 * there, `invalid_config` for a wrong value, `forbidden` for what is shipped; then nothing is written.
 */
export async function setParameter(name: ParameterName, wanted: NewValue, shelves: Shelves): Promise<ParameterValue> {
  const { level, copy, inUse } = found(name, shelves);
  const { value, at } = wanted;
  if (level === 'core')
    throw new OpsbroError(
      'forbidden',
      'what is shipped at the level core is not changed; set it at global, zone or local',
    );
  await admit(name, wanted, { ...shelves, inUse });
  const file = await fileFor(name, { level, copy, data: shelves.data });
  const text = await textOf(file);
  const path = name.key.split('.');
  const shown = value === undefined ? '' : shownValue(name.key, value);
  const change = { verb: value === undefined ? ('REMOVE' as const) : ('SET' as const), key: name.key, shown, at };
  await replaceFile(file, withChange(withValue(text, path, value), change));
  return { file, value: value ?? null, shown, comments: [] };
}

/** The file to change: the one whose value counts already, else that of the copy, else the one above the pack. What is shipped is never changed. */
async function fileFor(name: ParameterName, { level, copy, data }: Place): Promise<string> {
  const own = copy?.directory.startsWith(join(data, '/')) ? copy : undefined;
  const source = await sourceOf(name, { level, copy: own, data });
  if (source) return source.file;
  return own ? join(own.directory, 'parameters', 'parameters.yml') : overlayFile(data, level, name.pack);
}

/** Refuses names and values that the pack does not know. */
async function admit({ pack, key }: ParameterName, { value, unknown }: NewValue, about: Shelves & { inUse: Pack }) {
  const options = about.options.get(pack);
  const own = (await ownParameters(about.inUse.directory)).sources;
  const brought = new Map(own.flatMap(({ values }) => [...leavesOf(values)].map(([at, leaf]) => [at.join('.'), leaf])));
  const isKnown = brought.has(key) || about.inUse.settings.some((setting) => setting.key === key);
  if (!isKnown && value !== undefined && unknown === 'refuse') throw noParameter({ level: '', pack, key }, about.inUse);
  if (value === undefined || isReference(value)) return;
  const message = wrongValue(key, value, typeIn(options, brought, key));
  if (message !== undefined) throw new OpsbroError('invalid_config', `${pack}.${key}: ${message}`);
}

function noParameter({ pack, key }: ParameterName, inUse: Pack): OpsbroError {
  const names = inUse.settings.map((setting) => setting.key);
  return new OpsbroError('not_found', `the pack ${pack} has no parameter "${key}"${didYouMean(key, names)}`);
}

function found({ level: written, pack: name }: ParameterName, { packs, options }: Pick<Shelves, 'packs' | 'options'>) {
  const level = levelOf(written);
  const named = packs.filter((pack) => pack.name === name);
  const inUse = named.find(({ overloadedBy }) => overloadedBy === null);
  if (!inUse) {
    const hint = options.has(name)
      ? `, whose parameters would be the options of what is built in under that name; make one: opsbro packs create ${name}`
      : didYouMean(name, new Set(packs.map((pack) => pack.name)));
    throw new OpsbroError('not_found', `no pack is named "${name}"${hint}`);
  }
  return { level, inUse, copy: named.findLast((pack) => pack.level === level) };
}

/** A level by its name. Throws `bad_request`. */
export function levelOf(written: string): Level {
  const level = LEVELS.find((known) => known === written);
  if (level) return level;
  const hint = didYouMean(written, LEVELS);
  throw new OpsbroError('bad_request', `"${written}" is no level (expected one of ${LEVELS.join(', ')})${hint}`);
}

/** The stars of a secret are told as they are, without the quotes that they would need in a file. */
function shownValue(key: string, value: Yaml): string {
  const shown = shownOf(key, value);
  return isMasked(shown) ? String(shown) : inline(shown);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
}
