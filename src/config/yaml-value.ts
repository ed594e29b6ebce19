import { isAlias, isCollection, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { shown } from '../base/shown.ts';
import type { Problem, Yaml, YamlMap } from '../model/pack.ts';

/** Something to say about a place of a text, given by its offset in characters. */
export interface Remark {
  readonly level: Problem['level'];
  readonly offset: number;
  readonly message: string;
}

/** Whether a value is a map. */
export const isMapping = (value: Yaml | undefined): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is a list. */
export const isList = (value: Yaml | undefined): value is readonly Yaml[] => Array.isArray(value);

const MAX_ALIASES = 1_000;
/** Values made of one text, so that aliases of aliases cannot fill the memory. */
const MAX_VALUES = 200_000;
/** More than anybody reads. */
const MAX_WARNINGS = 1_000;

/** The plain value a node stands for, and what was odd on the way. A remark of level error means that the value is not whole. */
export function readValue(contents: unknown): { readonly value: Yaml; readonly remarks: readonly Remark[] } {
  const reader = new ValueReader();
  return { value: reader.read(contents), remarks: reader.remarks };
}

class ValueReader {
  readonly remarks: Remark[] = [];
  readonly #anchors = new Map<string, unknown>();
  /** Collections being read: an alias to one of them would never end. */
  readonly #open = new Set<unknown>();
  /** Offsets of what was warned of. */
  readonly #warned = new Set<number>();
  #isRefused = false;
  #aliases = 0;
  #values = 0;

  read(node: unknown): Yaml {
    this.#values += 1;
    if (this.#values > MAX_VALUES) return this.#refuse(node, `more than ${MAX_VALUES} values`);
    if (isAlias(node)) return this.read(this.#target(node.source, node));
    if (isScalar(node)) {
      this.#remember(node.anchor, node);
      return scalarValue(node);
    }
    if (!isCollection(node)) return null;
    this.#remember(node.anchor, node);
    if (this.#open.has(node)) return this.#refuse(node, 'an alias stands within what it stands for');
    this.#open.add(node);
    const value = isSeq(node) ? node.items.map((item) => this.read(item)) : isMap(node) ? this.#map(node) : null;
    this.#open.delete(node);
    return value;
  }

  #map(node: YAMLMap): Yaml {
    const map: Record<string, Yaml> = Object.create(null);
    const merged: Record<string, Yaml> = Object.create(null);
    for (const pair of node.items) {
      const key = keyText(pair);
      if (key === undefined) this.#refuse(pair.key, 'a key must be a text, not a map or a list');
      else if (key === '<<' && isPlain(pair.key)) this.#merge(merged, pair.value);
      else {
        if (Object.hasOwn(map, key)) this.#warn(pair.key, `duplicate key ${shown(key)}; the last one counts`);
        map[key] = this.read(pair.value);
      }
    }
    return Object.assign(Object.create(null), merged, map);
  }

  /** Of several maps to merge the first that has a key gives it. */
  #merge(into: Record<string, Yaml>, node: unknown): void {
    const read = this.read(node);
    for (const source of isList(read) ? read : [read]) {
      if (!isMapping(source)) this.#refuse(node, '"<<" takes maps');
      else for (const [key, value] of Object.entries(source)) if (!Object.hasOwn(into, key)) into[key] = value;
    }
  }

  #target(name: string, alias: unknown): unknown {
    this.#aliases += 1;
    if (this.#aliases > MAX_ALIASES) this.#refuse(alias, `more than ${MAX_ALIASES} aliases`);
    else if (!this.#anchors.has(name)) this.#refuse(alias, `no anchor before this place is named ${shown(name)}`);
    else return this.#anchors.get(name);
    return null;
  }

  #remember(anchor: string | undefined, node: unknown): void {
    if (anchor !== undefined) this.#anchors.set(anchor, node);
  }

  /** What stands behind an alias is read again for each use, and remarked on once. */
  #warn(node: unknown, message: string): void {
    const offset = offsetOf(node);
    if (this.#warned.has(offset) || this.#warned.size === MAX_WARNINGS) return;
    this.#warned.add(offset);
    this.remarks.push({ level: 'warning', offset, message });
  }

  /** One error is enough: the text is refused as a whole. */
  #refuse(node: unknown, message: string): null {
    if (!this.#isRefused) this.remarks.push({ level: 'error', offset: offsetOf(node), message });
    this.#isRefused = true;
    return null;
  }
}

/** The text of a key; `undefined` when it is a collection. */
export function keyText({ key }: Pair): string | undefined {
  if (isScalar(key)) return key.source ?? String(key.value ?? '');
  return key === null ? '' : undefined;
}

const isPlain = (key: unknown) => isScalar(key) && key.type === 'PLAIN';

/** Digits that a number would lose stay text: file modes such as `0644`, and what is too long for a number. */
function scalarValue({ value, source }: Scalar): Yaml {
  if (typeof value === 'number') {
    const isDigits = source !== undefined && /^[-+]?\d+$/.test(source);
    return isDigits && (/^[-+]?0\d/.test(source) || !Number.isSafeInteger(value)) ? source : value;
  }
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

function offsetOf(node: unknown): number {
  return isScalar(node) || isCollection(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;
}
