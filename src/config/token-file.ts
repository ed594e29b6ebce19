import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { systemCode } from '../base/errors.ts';
import { shown } from '../base/shown.ts';
import type { Problem, Yaml } from '../model/pack.ts';
import { SCOPES, TOKEN_NAME, type Token } from '../model/token.ts';
import { faultsOf } from './fault.ts';
import * as field from './fields.ts';
import { readYamlFile } from './files.ts';
import type { YamlDocument } from './yaml.ts';
import { isList, isMapping } from './yaml-value.ts';

/** Name of the file, in the configuration directory. */
export const TOKEN_FILE = 'tokens.yml';

const HASH = /^(?:sha256:)?([0-9a-f]{64})$/i;
const DAY = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** Who writes the token itself by mistake must not find it in a log. */
const hash = z.unknown().transform((written, context) => {
  const [, digits] = typeof written === 'string' ? (HASH.exec(written) ?? []) : [];
  if (digits !== undefined) return digits.toLowerCase();
  context.issues.push({
    code: 'custom',
    input: undefined,
    message: 'wrong value (expected the SHA-256 of the token in hex)',
  });
  return z.NEVER;
});

/** A token as it is written in `tokens.yml`. */
const WrittenToken = z.strictObject({
  name: field.textLike(TOKEN_NAME, 'a name of letters, digits, ".", "_" and "-"'),
  hash,
  scope: field.oneOf(SCOPES),
  expires: field.textLike(DAY, 'a day such as 2030-01-31, or a time such as 2030-01-31T12:00:00Z').optional(),
  from: field.networks().prefault([]),
  paths: field.words('a list of paths such as /kv/app', /^\/\S{0,500}$/).prefault([]),
});

/** What the file says. */
export interface TokensRead {
  readonly tokens: readonly Token[];
  readonly problems: readonly Problem[];
  /** It lies open: others may read it, or change it, which makes them administrators; such a file counts for nothing. */
  readonly openTo: 'nobody' | 'readers' | 'writers';
}

/** Reads the tokens of a file. One that is not there has none; a wrong entry is left out and told. Does not throw. */
export async function readTokenFile(file: string): Promise<TokensRead> {
  const openTo = await openness(file);
  if (openTo === undefined) return { tokens: [], problems: [], openTo: 'nobody' };
  if (openTo === 'writers') return { tokens: [], problems: [], openTo };
  const { documents, problems } = await readYamlFile(file);
  const found = new Map<string, Token>();
  const wrong = [...problems];
  for (const document of documents) {
    for (const [at, value] of entriesOf(document.value).entries()) {
      const faults = new EntryFaults(document, file, at);
      const token = tokenOf(value, faults);
      if (token && found.has(token.name)) faults.add('name', `"${token.name}" is written already`);
      else if (token) found.set(token.name, token);
      wrong.push(...faults.problems);
    }
  }
  return { tokens: [...found.values()], problems: wrong, openTo };
}

/** `undefined`: there is no file. */
async function openness(file: string): Promise<TokensRead['openTo'] | undefined> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o022) !== 0) return 'writers';
    return (mode & 0o044) === 0 ? 'nobody' : 'readers';
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    return 'nobody'; // what is wrong is said by reading it
  }
}

const entriesOf = (value: Yaml): readonly Yaml[] => (value === null ? [] : isList(value) ? value : [value]);

function tokenOf(value: Yaml, faults: EntryFaults): Token | undefined {
  if (!isMapping(value)) {
    faults.add('', 'wrong value (expected a map with name, hash and scope)');
    return undefined;
  }
  const missing = ['name', 'hash', 'scope'].filter((key) => !Object.hasOwn(value, key));
  for (const key of missing) faults.add(key, 'is missing');
  const known = Object.keys(WrittenToken.shape);
  for (const key of Object.keys(value).filter((each) => !known.includes(each)))
    faults.add(key, `unknown key (expected one of ${known.join(', ')})`);
  if (faults.problems.length > 0) return undefined;
  for (const { path, message } of faultsOf(WrittenToken, value, '')) faults.add(path.join('.'), message);
  const read = WrittenToken.safeParse(value);
  if (!read.success) return undefined;
  const { expires, ...token } = read.data;
  const end = expires === undefined ? null : Date.parse(expires);
  if (Number.isNaN(end))
    faults.add('expires', `wrong value (expected a day that exists, got ${shown(expires ?? null)})`);
  return Number.isNaN(end) ? undefined : { ...token, created: null, expires: end, origin: 'file' };
}

/** What is wrong in one entry of the file. */
class EntryFaults {
  readonly problems: Problem[] = [];
  readonly #document: YamlDocument;
  readonly #file: string;
  readonly #at: number;

  constructor(document: YamlDocument, file: string, at: number) {
    this.#document = document;
    this.#file = file;
    this.#at = at;
  }

  add(key: string, message: string): void {
    const path = isList(this.#document.value) ? [this.#at, ...(key === '' ? [] : [key])] : [key];
    this.problems.push({ level: 'error', file: this.#file, ...this.#document.placeOf(path), key, message });
  }
}
