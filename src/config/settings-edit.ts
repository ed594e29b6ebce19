import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OpsbroError, systemCode } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import type { Yaml } from '../model/pack.ts';
import { AgentConfig } from './agent-schema.ts';
import { faultOf } from './fault.ts';
import { type LoadedConfig, UNCONFIGURED_ORIGIN } from './load.ts';
import { replaceFile } from './replace-file.ts';
import { fieldsOf } from './schema-walk.ts';
import { isSecret, maskedValue } from './secrets.ts';
import { commentsAbove, inline, itemsAt, withChange, withItem, withoutItem, withValue } from './yaml-edit.ts';

/** A change of the agent's own settings. */
export interface SettingChange {
  readonly directory: string;
  readonly loaded: Pick<LoadedConfig, 'config' | 'origins' | 'files'>;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What became of it. */
export interface SettingChanged {
  readonly file: string;
  readonly changed: boolean;
  /** The value as it may be shown. */
  readonly shown: string;
}

/** Sets a key of the agent's settings where it is written, else in agent.yml; `undefined` takes it away. Throws `not_found`, `invalid_config` or `bad_request`. */
export async function changeSetting(
  key: string,
  value: Yaml | undefined,
  change: SettingChange,
): Promise<SettingChanged> {
  const path = knownPath(key);
  const field = fieldAt(path);
  if (isListKey(path, change) && value !== undefined) {
    throw new OpsbroError('bad_request', `${key} is a list; use agent parameters add and remove`);
  }
  const fault = value === undefined || !field ? undefined : faultOf(field, value, path.join('.'));
  if (fault !== undefined) throw new OpsbroError('invalid_config', `${key}: ${fault}`);
  const file = fileOf(path, change);
  const text = withUnconfigured(await textOf(file), file, change);
  const shown = value === undefined ? '' : shownAs(key, value);
  const edited = withValue(text, asWritten(text, path), value);
  const verb = value === undefined ? ('REMOVE' as const) : ('SET' as const);
  if (edited === text && value === undefined) return { file, changed: false, shown };
  await replaceFile(file, withChange(edited, { verb, key, shown, at: change.at }));
  return { file, changed: true, shown };
}

/** Adds an item to a list of the settings or takes it out. Throws as `changeSetting` does. */
export async function changeList(
  { list, item, how }: { readonly list: string; readonly item: string; readonly how: 'ADD' | 'REMOVE' },
  change: SettingChange,
): Promise<SettingChanged> {
  const path = knownPath(list);
  const [key = ''] = path;
  if (!isListKey(path, change)) throw new OpsbroError('bad_request', `${list} is no list; use agent parameters set`);
  const fault = faultOf(fieldAt(path) ?? AgentConfig, [item], key);
  if (fault !== undefined) throw new OpsbroError('invalid_config', `${list}: ${fault}`);
  const present = itemsIn(change, key);
  const main = fileOf(path, change);
  if (present.includes(item) === (how === 'ADD')) return { file: main, changed: false, shown: item };
  const files = how === 'ADD' ? [main] : change.loaded.files;
  let changedFile: string | undefined;
  for (const file of files) {
    const text = await textOf(file);
    if (how === 'REMOVE' && !itemsAt(text, key).map(String).includes(item)) continue;
    // What counts without any file has to be written down, or the first item would end it.
    const whole =
      itemsAt(text, key).length === 0 && !change.loaded.origins.get(key)?.startsWith('/') ? present : undefined;
    const added = () => (whole ? withValue(text, [key], [...whole, item]) : withItem(text, key, item));
    const edited = how === 'ADD' ? added() : withoutItem(text, key, item);
    await replaceFile(file, withChange(edited, { verb: how, key: list, shown: item, at: change.at }));
    changedFile = file;
  }
  return changedFile === undefined
    ? { file: main, changed: false, shown: item }
    : { file: changedFile, changed: true, shown: item };
}

/** The comment lines above a setting in its file; none when it is in no file. */
export async function settingComments(origin: string): Promise<string[]> {
  const [, file, line] = /^(\/.*):(\d+)$/.exec(origin) ?? [];
  return file === undefined ? [] : commentsAbove(await textOf(file), Number(line));
}

function knownPath(key: string): readonly string[] {
  const path = key.split('.').map((step) => step.replaceAll('-', '_'));
  if (fieldAt(path)) return path;
  const hint = didYouMean(path.join('.'), settingNames(AgentConfig));
  throw new OpsbroError('not_found', `there is no setting "${key}"${hint}`);
}

/** Every key there may be, with dots for those within maps. */
function* settingNames(schema: Parameters<typeof fieldsOf>[0], above = ''): Iterable<string> {
  for (const [name, field] of Object.entries(fieldsOf(schema) ?? {})) {
    yield above + name;
    yield* settingNames(field, `${above}${name}.`);
  }
}

function fieldAt(path: readonly string[]) {
  let at: Parameters<typeof fieldsOf>[0] | undefined = AgentConfig;
  for (const step of path) {
    const fields: ReturnType<typeof fieldsOf> = at && fieldsOf(at);
    at = fields && Object.hasOwn(fields, step) ? fields[step] : undefined;
  }
  return at;
}

function isListKey(path: readonly string[], { loaded }: SettingChange): boolean {
  return path.length === 1 && Array.isArray(Reflect.get(loaded.config, path[0] ?? ''));
}

function itemsIn({ loaded }: SettingChange, key: string): string[] {
  const items: unknown = Reflect.get(loaded.config, key);
  return Array.isArray(items) ? items.map(String) : [];
}

function fileOf(path: readonly string[], { directory, loaded }: SettingChange): string {
  const [, file] = /^(\/.*):\d+$/.exec(loaded.origins.get(path.join('.')) ?? '') ?? [];
  return file ?? join(directory, 'agent.yml');
}

/** What counts without any file has to be written down, or the first setting would end it. */
function withUnconfigured(text: string, file: string, change: SettingChange): string {
  const isFirst = file === join(change.directory, 'agent.yml');
  const isUnconfigured = change.loaded.origins.get('groups') === UNCONFIGURED_ORIGIN;
  return isFirst && isUnconfigured ? withValue(text, ['groups'], itemsIn(change, 'groups')) : text;
}

/** Keys may be written with dashes. */
function asWritten(text: string, path: readonly string[]): readonly string[] {
  return path.map((step) => {
    const dashed = step.replaceAll('_', '-');
    return dashed !== step && new RegExp(`^\\s*${dashed}\\s*:`, 'm').test(text) ? dashed : step;
  });
}

const shownAs = (key: string, value: Yaml): string => (isSecret(key) ? '******' : inline(maskedValue(value)));

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
}
