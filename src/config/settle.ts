import type { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import type { Problem, Yaml, YamlMap } from '../model/pack.ts';
import { faultsOf } from './fault.ts';
import { fieldsOf, valuesOf } from './schema-walk.ts';
import type { Path, Place } from './yaml-place.ts';
import { isList, isMapping } from './yaml-value.ts';

/** Something that sets keys: a document of a file, the environment, the command line. */
export interface Source {
  /** The file, or what stands for it in a problem, such as `environment`. */
  readonly name: string;
  placeOf(path: Path): Place;
}

type Draft = Record<string, Yaml>;

/** A key on its way into the settings. */
interface Slot {
  readonly field: z.core.$ZodType;
  readonly into: Draft;
  /** The key by its names in the schema. */
  readonly key: readonly string[];
  /** The key as it was written. */
  readonly at: readonly string[];
  readonly source: Source;
}

/** Lists that add up over the files instead of the last one counting. */
const UNITED = new Set(['groups', 'seeds']);

/**
 * Gathers what several sources set for one schema, later sources over earlier ones, key by key. A wrong key is reported with its place
 * and left out; everything else is kept.
 */
export class Settlement {
  readonly problems: Problem[] = [];
  /** For each key that was set, with dots, who set it: `FILE:LINE`, or the name of the source. */
  readonly origins = new Map<string, string>();
  readonly #fields: Readonly<Record<string, z.core.$ZodType>>;
  readonly #known: readonly string[];
  readonly #settings: Draft = Object.create(null);
  readonly #variables: Draft = Object.create(null);

  /** `others` are keys of the top level that are no settings and have been taken out before: names for suggestions. */
  constructor(schema: z.ZodType, others: readonly string[]) {
    this.#fields = fieldsOf(schema) ?? {};
    this.#known = [...Object.keys(this.#fields), ...others];
  }

  /** What was set so far and is right, as it was written. */
  get settings(): YamlMap {
    return this.#settings;
  }

  /** Keys of the top level that are no settings and not close to one. */
  get variables(): YamlMap {
    return this.#variables;
  }

  /** Takes what one source sets. The lists of a file unite with those of the files before it; others replace them. */
  take(map: YamlMap, source: Source, lists: 'unite' | 'replace'): void {
    for (const [written, value] of Object.entries(map)) {
      const key = normal(written);
      const field = own(this.#fields, key);
      if (!field) this.#takeFree(written, value, source);
      else {
        const whole = lists === 'unite' && UNITED.has(key) ? united(this.#settings[key], value) : value;
        this.#set({ field, into: this.#settings, key: [key], at: [written], source }, whole);
      }
    }
  }

  #takeFree(key: string, value: Yaml, source: Source): void {
    const close = closeTo(normal(key), this.#known);
    if (close === undefined) this.#variables[key] = value;
    else {
      const hint = 'a free variable of this name stands below "variables"';
      this.#report(source, [key], `unknown key (${hint})`, close);
    }
  }

  #set(slot: Slot, value: Yaml): void {
    if (value === null) return;
    const partOf = isMapping(value) ? partsOf(slot.field) : undefined;
    if (!isMapping(value) || !partOf) {
      this.#setWhole(slot, value);
      return;
    }
    const into = draftAt(slot);
    for (const [written, part] of Object.entries(value)) {
      const at = [...slot.at, written];
      const { key, field, others } = partOf(written);
      if (field) this.#set({ ...slot, into, field, key: [...slot.key, key], at }, part);
      else this.#report(slot.source, at, 'unknown key', nearest(key, others));
    }
  }

  #setWhole({ field, into, key, at, source }: Slot, value: Yaml): void {
    const name = key.join('.');
    const faults = faultsOf(field, value, name);
    for (const { path, message, suggestion } of faults) this.#report(source, [...at, ...path], message, suggestion);
    if (faults.length > 0) return;
    into[key.at(-1) ?? ''] = value;
    const { line } = source.placeOf(at);
    this.origins.set(name, line > 0 ? `${source.name}:${line}` : source.name);
  }

  #report(source: Source, at: Path, message: string, suggestion?: string): void {
    const place = source.placeOf(at);
    this.problems.push({ level: 'error', file: source.name, ...place, key: at.join('.'), message, suggestion });
  }
}

interface Part {
  readonly key: string;
  readonly field: z.core.$ZodType | undefined;
  readonly others: readonly string[];
}

/** How to find the parts of a map that is taken part by part: one with known keys, or one of such maps. */
function partsOf(schema: z.core.$ZodType): ((written: string) => Part) | undefined {
  const fields = fieldsOf(schema);
  if (fields) {
    return (written) => ({ key: normal(written), field: own(fields, normal(written)), others: Object.keys(fields) });
  }
  const field = valuesOf(schema);
  return field && fieldsOf(field) ? (key) => ({ key, field, others: [] }) : undefined;
}

/** The map that gathers the parts of this key. */
function draftAt({ into, key }: Slot): Draft {
  const name = key.at(-1) ?? '';
  const draft: Draft = Object.assign(Object.create(null), into[name]);
  into[name] = draft;
  return draft;
}

function united(before: Yaml | undefined, value: Yaml): Yaml {
  return isList(before) ? [...new Set([...before, ...(isList(value) ? value : [value])])] : value;
}

/** Of short names two edits make quite another word: `load` is no slip of `log`. */
function closeTo(key: string, known: readonly string[]): string | undefined {
  const long = key.length > 4 ? known.filter(({ length }) => length > 4) : [];
  return nearest(key, known, 1) ?? nearest(key, long);
}

/** Keys may be written with dashes. */
const normal = (key: string) => key.replaceAll('-', '_');

function own<Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
