/** Where a name leads. Texts are lower case; an empty zone is our own. */
export type Place =
  | { readonly kind: 'apex' }
  | { readonly kind: 'server' }
  /** `value.group.zone`, `value.name.zone`: an empty value is the branch itself. */
  | { readonly kind: 'entry'; readonly form: 'group' | 'node'; readonly value: string; readonly zone: string }
  /** `tags.service.service.zone`; of a service all the tags are asked, an empty name is the branch itself. */
  | { readonly kind: 'service'; readonly service: string; readonly tags: string; readonly zone: string }
  /** `_service._word.zone`; what else the name could be is `other`. */
  | {
      readonly kind: 'srv';
      readonly service: string;
      readonly word: string;
      readonly zone: string;
      readonly other: Place;
    }
  /** `_word.zone`, on the way to the names above. */
  | { readonly kind: 'word'; readonly word: string; readonly zone: string; readonly other: Place }
  /** `hex.addr.zone`; the empty value is the branch itself. */
  | { readonly kind: 'address'; readonly value: string; readonly zone: string }
  /** An address under `in-addr.arpa` or `ip6.arpa` as hexadecimal digits; fewer than an address has are a branch. */
  | { readonly kind: 'reverse'; readonly hex: string; readonly family: 4 | 6 }
  /** No keyword in it: at most a part of a zone's name. */
  | { readonly kind: 'path'; readonly path: string };

/** A place, and the one of our domains that the question is below. */
export interface Located {
  readonly place: Place;
  readonly domain: readonly string[];
}

type Keyword = 'group' | 'node' | 'service' | 'address';

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map([
  ['group', 'group'],
  ['name', 'node'],
  ['node', 'node'],
  ['service', 'service'],
  ['addr', 'address'],
]);

const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const NIBBLE = /^[0-9a-f]$/;

/** A domain as it is configured (`.opsbro`, `Node.Example.org.`) as labels. */
export function domainLabels(domain: string): readonly string[] {
  return domain
    .toLowerCase()
    .split('.')
    .filter((label) => label !== '');
}

/** Finds the place of a name, given as lower-case labels; `undefined` when it is not ours to answer. The longest domain that fits counts. */
export function locate(labels: readonly string[], domains: readonly (readonly string[])[]): Located | undefined {
  const [domain] = domains.filter((each) => endsWith(labels, each)).toSorted((one, other) => other.length - one.length);
  if (domain) return { place: placeBelow(labels.slice(0, labels.length - domain.length)), domain };
  const reverse = reversePlace(labels);
  return reverse && { place: reverse, domain: domains[0] ?? [] };
}

const endsWith = (labels: readonly string[], end: readonly string[]): boolean =>
  labels.length >= end.length && end.every((label, at) => labels[labels.length - end.length + at] === label);

function placeBelow(name: readonly string[]): Place {
  if (name.length === 0) return { kind: 'apex' };
  const [first = '', second = ''] = name;
  if (!isWord(first)) return plainPlace(name);
  const other = plainPlace(name);
  const isPair = isWord(second);
  const behind = name.slice(isPair ? 2 : 1);
  const zone = (behind[0] === 'service' ? behind.slice(1) : behind).join('.');
  return isPair
    ? { kind: 'srv', service: first.slice(1), word: second.slice(1), zone, other }
    : { kind: 'word', word: first.slice(1), zone, other };
}

const isWord = (label: string): boolean => label.length > 1 && label.startsWith('_');

/** The first keyword from the right parts the zone from the rest. */
function plainPlace(name: readonly string[]): Place {
  const at = name.findLastIndex((label) => KEYWORDS.has(label));
  const before = name.slice(0, Math.max(at, 0));
  const zone = name.slice(at + 1).join('.');
  switch (KEYWORDS.get(name[at] ?? '')) {
    case 'group':
      return { kind: 'entry', form: 'group', value: before.join('.'), zone };
    case 'node':
      return { kind: 'entry', form: 'node', value: before.join('.'), zone };
    case 'service':
      return { kind: 'service', service: before.at(-1) ?? '', tags: before.slice(0, -1).join('.'), zone };
    case 'address':
      return { kind: 'address', value: before.join('.'), zone };
    default:
      return name.length === 1 && name[0] === 'ns' ? { kind: 'server' } : { kind: 'path', path: name.join('.') };
  }
}

function reversePlace(labels: readonly string[]): Place | undefined {
  if (endsWith(labels, ['in-addr', 'arpa'])) return reverse4(labels.slice(0, -2).toReversed());
  if (endsWith(labels, ['ip6', 'arpa'])) return reverse6(labels.slice(0, -2).toReversed());
  return undefined;
}

/** Names that are no addresses are left to others. */
function reverse4(octets: readonly string[]): Place | undefined {
  if (octets.length > 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255)) return undefined;
  const hex = octets.map((octet) => Number(octet).toString(16).padStart(2, '0')).join('');
  return { kind: 'reverse', hex, family: 4 };
}

function reverse6(nibbles: readonly string[]): Place | undefined {
  if (nibbles.length > 32 || !nibbles.every((nibble) => NIBBLE.test(nibble))) return undefined;
  return { kind: 'reverse', hex: nibbles.join(''), family: 6 };
}
