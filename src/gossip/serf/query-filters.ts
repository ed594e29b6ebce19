import type { QueryFilters } from '../../model/pool.ts';
import { Fields } from '../wire/fields.ts';
import { bytesOf, pack, struct } from '../wire/pack.ts';
import { asBuffer, unpack } from '../wire/unpack.ts';
import type { Condition } from './effects.ts';

/** Who is asked whether a query is for it. */
export interface Addressee {
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
}

const BY_NODE = 0;
const BY_TAG = 1;
const MAX_EXPRESSION = 512;
/** An expression that only spells text, perhaps bound to its start or end. */
const PLAIN = /^(\^?)([A-Za-z0-9 _:,;/@#%=~<>"'!&-]*)(\$?)$/;

/** Filters as a query carries them. */
export function encodeFilters({ nodes, tags }: QueryFilters): Uint8Array[] {
  const byNode = nodes ? [bytesOf([Uint8Array.of(BY_NODE), pack(nodes)])] : [];
  const byTag = [...(tags ?? [])].map(([tag, expression]) =>
    bytesOf([Uint8Array.of(BY_TAG), pack(struct({ Expr: expression, Tag: tag }))]),
  );
  return [...byNode, ...byTag];
}

/**
 * Whether a query with these filters is for a member: `no`, or what is left to find out (nothing: it is). Throws on a filter that is
 * none, or of a kind that is not known.
 */
export function conditionsOf(filters: readonly Uint8Array[], { name, tags }: Addressee): 'no' | readonly Condition[] {
  const open: Condition[] = [];
  for (const filter of filters) {
    if (filter[0] === BY_NODE) {
      if (!nodesOf(filter).some((node) => asBuffer(node).equals(Buffer.from(name)))) return 'no';
      continue;
    }
    if (filter[0] !== BY_TAG) throw new TypeError('a filter of a kind that is not known');
    const fields = Fields.read(filter, 1);
    const condition = { expression: fields.text('Expr', MAX_EXPRESSION), text: tags.get(fields.text('Tag')) ?? '' };
    const verdict = matchesPlainly(condition);
    if (verdict === false) return 'no';
    if (verdict === undefined) open.push(condition);
  }
  return open;
}

function nodesOf(filter: Uint8Array): Uint8Array[] {
  const { value } = unpack(filter, 1);
  if (!Array.isArray(value)) throw new TypeError('a filter by nodes is a list');
  return value.filter((item): item is Uint8Array => item instanceof Uint8Array);
}

/** Whether the text matches, for the expressions that are used most: plain text, and `.` for "anything". Others take an engine: `undefined`. */
function matchesPlainly({ expression, text }: Condition): boolean | undefined {
  if (expression === '.') return /[^\n]/.test(text);
  const [, start, plain, end] = PLAIN.exec(expression) ?? [];
  if (plain === undefined) return undefined;
  if (start && end) return text === plain;
  if (start) return text.startsWith(plain);
  return end ? text.endsWith(plain) : text.includes(plain);
}
