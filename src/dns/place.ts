/** Where a name leads within our domain. Texts are lower case. */
export type Place =
  | { readonly kind: 'apex' }
  | { readonly kind: 'server' }
  /** `value.group.zone`, `value.name.zone`: an empty value is the branch itself, an empty zone our own. */
  | { readonly kind: 'entry'; readonly form: 'group' | 'node'; readonly value: string; readonly zone: string }
  /** No keyword in it: at most a part of a zone's name. */
  | { readonly kind: 'path'; readonly path: string };

const FORMS: ReadonlyMap<string, 'group' | 'node'> = new Map([
  ['group', 'group'],
  ['name', 'node'],
  ['node', 'node'],
]);

/** A domain as it is configured (`.opsbro`, `Node.Example.org.`) as labels. */
export function domainLabels(domain: string): readonly string[] {
  return domain
    .toLowerCase()
    .split('.')
    .filter((label) => label !== '');
}

/** Finds the place of a name, given as lower-case labels; `undefined` outside the domain. The first keyword from the right parts the zone from the rest. */
export function locate(labels: readonly string[], domain: readonly string[]): Place | undefined {
  const below = labels.length - domain.length;
  if (below < 0 || domain.some((label, at) => labels[below + at] !== label)) return undefined;
  const name = labels.slice(0, below);
  if (name.length === 0) return { kind: 'apex' };
  const keyword = name.findLastIndex((label) => FORMS.has(label));
  const form = FORMS.get(name[keyword] ?? '');
  if (form)
    return { kind: 'entry', form, value: name.slice(0, keyword).join('.'), zone: name.slice(keyword + 1).join('.') };
  return name.length === 1 && name[0] === 'ns' ? { kind: 'server' } : { kind: 'path', path: name.join('.') };
}
