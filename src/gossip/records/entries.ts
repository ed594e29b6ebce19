/** What this version of the agent writes into records, and how it reads what others wrote. Reading never throws: what is missing is empty. */
import { CHECK_STATES, type ShownState, stateId } from '../../model/check.ts';
import type { CheckSummary, KvStanding, Notice, ServiceSummary } from '../../model/member.ts';
import type { Entry } from '../core/effect.ts';
import { pack, struct } from '../wire/pack.ts';
import { guarded, isMalformed } from '../wire/refusal.ts';
import { textOf, type Unpacked, unpack } from '../wire/unpack.ts';

/** The entries of the base part that members show. */
interface BaseFacts {
  readonly displayName: string;
  readonly groups: readonly string[];
  readonly version: string;
  /** When its agent started, in epoch milliseconds; 0 when it does not say. */
  readonly started: number;
  readonly takesNodeAlerts?: boolean;
  readonly notices?: ReadonlyMap<string, Notice>;
  readonly kv?: KvStanding;
}

/** What the names of entries with notices begin with; the rest is the incident. */
const NOTICE = 'notice/';
const NOTICE_STATES = ['claimed', 'sent', 'resolved'] as const;
/** Nobody shows more of them. */
const MAX_NOTICES = 256;
/** An output longer than this is cut when it is told to others. */
const OUTPUT_LIMIT = 256;
/** Nobody shows more groups, or tags of a service, than this. */
const MAX_TEXTS = 1_024;
const MAX_PORT = 65_535;

/** A text as an entry. */
export const textEntry = (text: string): Entry => pack(text);

/** What a node says of its key-value store as an entry. */
export const kvEntry = ({ ring, store, ready }: KvStanding): Entry => pack(struct({ ready, ring, store }));

function readKv(entry: Entry | undefined): KvStanding | undefined {
  if (entry === undefined) return undefined;
  const get = fieldsOf(entry);
  const store = text(get('store'));
  const isKnown = store === 'ok' || store === 'full' || store === 'failed';
  return { ring: get('ring') === true, store: isKnown ? store : 'failed', ready: text(get('ready')) };
}

/** A list of texts as an entry. */
export const listEntry = (texts: readonly string[]): Entry => pack(texts);

/** A whole number as an entry. */
export const numberEntry = (value: number): Entry => pack(value);

/** Yes or no as an entry. */
export const flagEntry = (isSo: boolean): Entry => pack(isSo);

/** Numbers by name as an entry. */
export const numbersEntry = (numbers: ReadonlyMap<string, number>): Entry => pack(numbers);

/** The state of a check as an entry; an output is told only while it is not ok. */
export function checkEntry({ state, hard, changed, output }: CheckSummary): Entry {
  const said = state === 'ok' || state === 'pending' ? undefined : cut(output);
  return pack(struct({ h: hard, o: said, p: state === 'pending' ? true : undefined, s: stateId(state), t: changed }));
}

/** The state of a check from its entry, `unknown` when it cannot be read. */
export function readCheck(entry: Entry): CheckSummary {
  const get = fieldsOf(entry);
  return {
    state: stateOf(get),
    hard: get('h') === true,
    changed: number(get('t')),
    output: cut(text(get('o'))),
  };
}

/** A service as an entry. */
export function serviceEntry({ state, address, port, tags, meta, protocol, weights }: ServiceSummary): Entry {
  const isPending = state === 'pending' ? true : undefined;
  const w = weights && [weights.passing, weights.warning];
  return pack(struct({ address, meta, p: isPending, port, proto: protocol, s: stateId(state), tags, w }));
}

/** A service from its entry, its state `unknown` when it cannot be read; the tags are sorted. */
export function readService(entry: Entry): ServiceSummary {
  const get = fieldsOf(entry);
  const [port, meta] = [number(get('port')), get('meta')];
  const texts = meta instanceof Map ? [...meta].slice(0, MAX_TEXTS) : [];
  const protocol = text(get('proto'));
  const weights = get('w');
  return {
    state: stateOf(get),
    address: text(get('address')),
    port: port <= MAX_PORT ? port : 0,
    tags: textsOf(get('tags')),
    meta: new Map(texts.map(([name, value]) => [name, text(value)])),
    ...(protocol !== '' && { protocol }),
    ...(Array.isArray(weights) && { weights: { passing: weight(weights[0]), warning: weight(weights[1]) } }),
  };
}

/** Under which name the notice of an incident stands in the base part. */
export const noticeName = (incident: string): string => `${NOTICE}${incident}`;

/** What a node says of an incident as an entry. */
export const noticeEntry = ({ state, handlers, at }: Notice): Entry =>
  pack(struct({ h: handlers, s: NOTICE_STATES.indexOf(state), t: at }));

function readNotice(entry: Entry): Notice | undefined {
  const get = fieldsOf(entry);
  const id = get('s');
  const state = typeof id === 'number' ? NOTICE_STATES[id] : undefined;
  return state && { state, handlers: textsOf(get('h')), at: number(get('t')) };
}

function noticesIn(entries: ReadonlyMap<string, Entry>): Map<string, Notice> {
  const notices = new Map<string, Notice>();
  for (const [name, entry] of entries) {
    const notice = name.startsWith(NOTICE) && notices.size < MAX_NOTICES ? readNotice(entry) : undefined;
    if (notice) notices.set(name.slice(NOTICE.length), notice);
  }
  return notices;
}

/** What a base part says; the groups are sorted. */
export function readBase(entries: ReadonlyMap<string, Entry>): BaseFacts {
  const notices = noticesIn(entries);
  const kv = readKv(entries.get('kv'));
  return {
    displayName: text(read(entries.get('display_name'))),
    groups: readTexts(entries.get('groups')),
    version: text(read(entries.get('version'))),
    started: number(read(entries.get('started'))),
    ...(readFlag(entries.get('al')) === true && { takesNodeAlerts: true }),
    ...(notices.size > 0 && { notices }),
    ...(kv && { kv }),
  };
}

/** Yes or no; nothing when the entry is missing or neither. */
export function readFlag(entry: Entry | undefined): boolean | undefined {
  const value = read(entry);
  return typeof value === 'boolean' ? value : undefined;
}

/** The texts of a list, sorted, each once. */
export function readTexts(entry: Entry | undefined): string[] {
  return textsOf(read(entry));
}

type Fields = (name: string) => Unpacked;

function fieldsOf(entry: Entry): Fields {
  const fields = read(entry);
  return (name) => (fields instanceof Map ? (fields.get(name) ?? null) : null);
}

function stateOf(get: Fields): ShownState {
  const id = get('s');
  const state = typeof id === 'number' ? CHECK_STATES[id] : undefined;
  return get('p') === true ? 'pending' : (state ?? 'unknown');
}

function textsOf(list: Unpacked): string[] {
  if (!Array.isArray(list)) return [];
  return [...new Set(list.slice(0, MAX_TEXTS).map(text))].filter((name) => name !== '').sort();
}

function read(entry: Entry | undefined): Unpacked {
  if (!entry) return null;
  const value = guarded(() => unpack(entry).value);
  return isMalformed(value) ? null : value;
}

const number = (value: Unpacked): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;

const weight = (value: Unpacked = null): number => Math.min(number(value), 65_535);

const text = (value: Unpacked): string => (value instanceof Uint8Array ? (textOf(value) ?? '') : '');

/** The text up to the limit in bytes, never in the middle of a character. */
function cut(output: string): string {
  const bytes = Buffer.from(output);
  return bytes.length <= OUTPUT_LIMIT ? output : bytes.toString('utf8', 0, OUTPUT_LIMIT).replace(/\ufffd$/, '');
}
