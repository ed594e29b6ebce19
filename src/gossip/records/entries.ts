/** What this version of the agent writes into records, and how it reads what others wrote. Reading never throws: what is missing is empty. */
import { CHECK_STATES, stateId } from '../../model/check.ts';
import type { CheckSummary } from '../../model/member.ts';
import type { Entry } from '../core/effect.ts';
import { pack, struct } from '../wire/pack.ts';
import { guarded, isMalformed } from '../wire/refusal.ts';
import { textOf, type Unpacked, unpack } from '../wire/unpack.ts';

/** The entries of the base part that members show. */
interface BaseFacts {
  readonly displayName: string;
  readonly groups: readonly string[];
  readonly version: string;
}

/** An output longer than this is cut when it is told to others. */
const OUTPUT_LIMIT = 256;
/** Nobody shows more groups than this. */
const MAX_GROUPS = 1_024;

/** A text as an entry. */
export const textEntry = (text: string): Entry => pack(text);

/** A list of texts as an entry. */
export const listEntry = (texts: readonly string[]): Entry => pack(texts);

/** The state of a check as an entry; an output is told only while it is not ok. */
export function checkEntry({ state, hard, changed, output }: CheckSummary): Entry {
  const said = state === 'ok' || state === 'pending' ? undefined : cut(output);
  return pack(struct({ h: hard, o: said, p: state === 'pending' ? true : undefined, s: stateId(state), t: changed }));
}

/** The state of a check from its entry, `unknown` when it cannot be read. */
export function readCheck(entry: Entry): CheckSummary {
  const fields = read(entry);
  const get = (name: string): Unpacked => (fields instanceof Map ? (fields.get(name) ?? null) : null);
  const number = get('s');
  const state = typeof number === 'number' ? CHECK_STATES[number] : undefined;
  const changed = get('t');
  return {
    state: get('p') === true ? 'pending' : (state ?? 'unknown'),
    hard: get('h') === true,
    changed: typeof changed === 'number' ? changed : 0,
    output: cut(text(get('o'))),
  };
}

/** What a base part says; the groups are sorted. */
export function readBase(entries: ReadonlyMap<string, Entry>): BaseFacts {
  return {
    displayName: text(read(entries.get('display_name'))),
    groups: readTexts(entries.get('groups')),
    version: text(read(entries.get('version'))),
  };
}

/** The texts of a list, sorted, each once. */
export function readTexts(entry: Entry | undefined): string[] {
  const list = read(entry);
  if (!Array.isArray(list)) return [];
  return [...new Set(list.slice(0, MAX_GROUPS).map(text))].filter((name) => name !== '').sort();
}

function read(entry: Entry | undefined): Unpacked {
  if (!entry) return null;
  const value = guarded(() => unpack(entry).value);
  return isMalformed(value) ? null : value;
}

const text = (value: Unpacked): string => (value instanceof Uint8Array ? (textOf(value) ?? '') : '');

/** The text up to the limit in bytes, never in the middle of a character. */
function cut(output: string): string {
  const bytes = Buffer.from(output);
  return bytes.length <= OUTPUT_LIMIT ? output : bytes.toString('utf8', 0, OUTPUT_LIMIT).replace(/\ufffd$/, '');
}
