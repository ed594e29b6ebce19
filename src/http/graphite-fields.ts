import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import { JSON_TYPE } from './answer.ts';
import { Reply } from './route.ts';
import type { SeriesScope } from './series-view.ts';

/** Fields that may be given several times, also as `name[]`. */
const LISTS = new Set(['target', 'query', 'expr', 'path']);
const MOST_FIELDS = 2_000;
const CALLBACK = /^[A-Za-z_$][\w$.]{0,63}$/;

/** A query or a form as Graphite takes them: some fields are lists, of the others the last one counts. */
export function graphiteFields(fields: URLSearchParams): Record<string, string | string[]> {
  if (fields.size > MOST_FIELDS) throw new OpsbroError('bad_request', `more than ${MOST_FIELDS} fields`);
  const found = new Map<string, string | string[]>();
  for (const [written, value] of fields) {
    const name = written.replace(/\[\]$/, '');
    if (!LISTS.has(name)) found.set(written, value);
    else found.set(name, [...(found.get(name) ?? []), value]);
  }
  return Object.fromEntries(found);
}

const Text = z.string().max(65_536);
const Switch = z.string().transform((text) => text !== '' && text !== '0' && text.toLowerCase() !== 'false');

/** A list, of which programs that send JSON may give a single text as well. */
const Texts = z.union([z.array(Text), Text.transform((text) => [text])]);

/** Fields of every request of Graphite's API; unknown ones are left alone, as clients send some that only Graphite knows. */
export const COMMON = {
  local: Switch.optional().describe('1: only the series of this node'),
  node: z.string().max(200).optional().describe('only the series of this node of the zone'),
  jsonp: z.string().max(64).optional().describe('name of the function that the answer calls'),
  pretty: z.string().optional().describe('1: with line breaks'),
};

export const field = { text: () => Text.optional(), texts: () => Texts.optional(), flag: () => Switch.optional() };

/** What the common fields are read as. */
export interface CommonFields {
  readonly local?: boolean | undefined;
  readonly node?: string | undefined;
  readonly jsonp?: string | undefined;
  readonly pretty?: string | undefined;
}

/** Whose series are asked for. */
export function scopeOf({ local, node }: CommonFields): SeriesScope {
  if (node !== undefined) return { kind: 'node', name: node };
  return { kind: local ? 'own' : 'zone' };
}

/** An answer in JSON, as the fields want it; names the nodes that did not answer. */
export function graphiteReply(
  json: string | Uint8Array,
  fields: CommonFields,
  missing: Iterable<string> = [],
): Reply<Uint8Array> {
  const { jsonp, pretty } = fields;
  const isPlain = pretty === undefined || pretty === '0';
  if (jsonp !== undefined && !CALLBACK.test(jsonp))
    throw new OpsbroError('bad_request', 'jsonp: expected the name of a function');
  const type = jsonp === undefined ? JSON_TYPE : 'text/javascript; charset=utf-8';
  const headers = { 'content-type': type, ...missingHeader([...missing].sort()) };
  if (isPlain && jsonp === undefined) return new Reply<Uint8Array>(Buffer.from(json), { headers });
  const written = typeof json === 'string' ? json : Buffer.from(json).toString();
  const text = isPlain ? written : JSON.stringify(JSON.parse(written), null, 2);
  return new Reply<Uint8Array>(Buffer.from(jsonp === undefined ? text : `${jsonp}(${text})`), { headers });
}

/** Names nodes that did not answer. */
export const missingHeader = (silent: readonly string[]): Record<string, string> =>
  silent.length === 0 ? {} : { 'x-opsbro-missing': silent.join(', ') };

/** A whole number in a field. */
export function numberIn(text: string | undefined, name: string, least: number): number | undefined {
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  if (/^\d{1,12}$/.test(text) && number >= least) return number;
  throw new OpsbroError('bad_request', `${name}: expected a whole number from ${least} on, not "${text.slice(0, 20)}"`);
}
