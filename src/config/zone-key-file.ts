import { OpsbroError } from '../base/errors.ts';

/** Bytes a key of a zone may have: AES with 128, 192 or 256 bits. */
const KEY_LENGTHS: ReadonlySet<number> = new Set([16, 24, 32]);
const LENGTHS_TEXT = 'expected 16, 24 or 32';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** A key file is longer only by accident. */
export const LONGEST_KEY_FILE = 16_384;
const MOST_KEYS = 64;

/** How a key file is written: a key per line, or a JSON list as Serf has it. */
export type KeyFileForm = 'lines' | 'json';

/** What a key file holds: the first key encrypts, all of them decrypt. */
export interface KeyFileContent {
  readonly keys: readonly [primary: Uint8Array, ...others: Uint8Array[]];
  readonly form: KeyFileForm;
}

/** Name of the file that holds the gossip keys of a zone. */
export const gossipKeyFile = (zone: string): string => `${zone}.gossip.key`;

/** The zone whose gossip keys are in a file of this name, if it is such a file. */
export const zoneOfKeyFile = (name: string): string | undefined =>
  /^([A-Za-z0-9_-]{1,63})\.gossip\.key$/.exec(name)?.[1];

/**
 * The keys in the text of a key file, each once, or in one clause why it is none. Says where the trouble is, and never what is written
 * there.
 */
export function readKeyFile(text: string): KeyFileContent | { readonly problem: string } {
  if (text.length > LONGEST_KEY_FILE) {
    return { problem: `is ${text.length} characters long (expected at most ${LONGEST_KEY_FILE})` };
  }
  const form = text.trimStart().startsWith('[') ? 'json' : 'lines';
  const written = form === 'json' ? listed(text) : lines(text);
  if ('problem' in written) return written;
  const keys = new Map<string, Uint8Array>();
  for (const { place, text: base64 } of written.items) {
    const key = bytesOf(base64);
    const problem = keyProblem(key);
    if (!key || problem !== undefined) return { problem: `${place} ${problem}` };
    keys.set(base64, key);
  }
  const [primary, ...others] = keys.values();
  if (!primary) return { problem: 'holds no key' };
  if (others.length >= MOST_KEYS) return { problem: `holds ${keys.size} keys (expected at most ${MOST_KEYS})` };
  return { keys: [primary, ...others], form };
}

/** The text of a key file with these keys. */
export function keyFileText(keys: readonly Uint8Array[], form: KeyFileForm): string {
  const texts = keys.map((key) => Buffer.from(key).toString('base64'));
  return form === 'json' ? `${JSON.stringify(texts, null, 2)}\n` : texts.map((text) => `${text}\n`).join('');
}

/** The key that is written in base64. Throws `bad_request` when it is none; the text is never repeated. */
export function readKey(base64: string): Uint8Array {
  const key = bytesOf(base64.trim());
  const problem = keyProblem(key);
  if (key && problem === undefined) return key;
  throw new OpsbroError('bad_request', `the key ${problem}`);
}

function keyProblem(key: Uint8Array | undefined): string | undefined {
  if (!key) return 'is not base64';
  return KEY_LENGTHS.has(key.length) ? undefined : `has ${key.length} bytes (${LENGTHS_TEXT})`;
}

/** Strict, so that a slip of the pen is no other key. */
function bytesOf(base64: string): Uint8Array | undefined {
  if (!BASE64.test(base64)) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? new Uint8Array(bytes) : undefined;
}

interface Items {
  readonly items: readonly { readonly place: string; readonly text: string }[];
}

const lines = (text: string): Items => ({
  items: text
    .split('\n')
    .map((line, index) => ({ place: `line ${index + 1}`, text: line.trim() }))
    .filter((line) => line.text !== ''),
});

function listed(text: string): Items | { readonly problem: string } {
  const items = parsed(text);
  if (!Array.isArray(items) || !items.every((item): item is string => typeof item === 'string')) {
    return { problem: 'is no JSON list of keys in base64' };
  }
  return { items: items.map((item, index) => ({ place: `key ${index + 1}`, text: item })) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // its message would quote the keys
  }
}
