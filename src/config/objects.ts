import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { shown } from '../base/shown.ts';
import type { Level, PackObject, PackObjectType, Problem, Yaml, YamlMap } from '../model/pack.ts';
import { OBJECT_KINDS, OBJECT_SCHEMAS } from './object-schemas.ts';
import { faultsIn } from './objects/parts.ts';
import { docOf } from './schema-walk.ts';
import type { YamlDocument } from './yaml.ts';
import type { Path } from './yaml-place.ts';
import { isList, isMapping } from './yaml-value.ts';

/** Something wrong in an expression. */
export interface ExpressionFault {
  /** In one clause. */
  readonly message: string;
  /** Characters from the start of the expression; left out when it is meant as a whole. */
  readonly offset?: number;
}

/** What the readers of objects need to know of the parts that use them. */
export interface ObjectRules {
  /** A check has to have one of these fields, which say what it runs. */
  readonly checkFields: readonly string[];
  /** The kinds of checks, by the fields that tell them, first the one that counts when a check has those of several. */
  readonly checkKinds?: readonly { readonly name: string; readonly fields: readonly string[] }[];
  /** Everything that is wrong with an expression, as far as that can be known before it is evaluated. */
  expressionFaults(expression: string): readonly ExpressionFault[];
  /** The parameters of its pack that an expression needs. */
  parametersIn?(expression: string): readonly string[];
  /** What is wrong with a test of groups such as "linux and not docker-container". */
  groupFault?(test: string): string | undefined;
  /** What is doubtful about the script of a check with these fields. */
  scriptFault?(fields: ReadonlyMap<string, Yaml>): string | undefined;
}

/** Where objects come from. */
export interface ObjectOrigin {
  readonly packName: string;
  readonly packLevel: Level;
  readonly file: string;
  /** The id of the one object of the file; of several each gets `#1`, `#2`... behind it. */
  readonly id: string;
  /** What it means that a check says nothing of groups. */
  readonly withoutGroup: 'everywhere' | 'nowhere';
}

/** What was found in a file. */
export interface ObjectsRead {
  readonly objects: readonly PackObject[];
  readonly problems: readonly Problem[];
}

interface Found {
  readonly type: PackObjectType;
  readonly value: Yaml;
  readonly at: Path;
  readonly document: YamlDocument;
}

/** The objects of these types that stand at the top of the documents of one file. A wrong one is reported and left out. */
export function readObjects(
  documents: readonly YamlDocument[],
  types: readonly PackObjectType[],
  origin: ObjectOrigin,
  rules: ObjectRules,
): ObjectsRead {
  const found = documents.flatMap((document) => types.flatMap((type) => foundIn(document, type)));
  const objects: PackObject[] = [];
  const problems: Problem[] = [];
  for (const type of types) {
    const ofType = found.filter((one) => one.type === type);
    for (const [index, one] of ofType.entries()) {
      const id = ofType.length === 1 ? origin.id : `${origin.id}#${index + 1}`;
      const reading = new ObjectReading(one, { ...origin, id }, rules);
      objects.push(...reading.objects());
      problems.push(...reading.problems);
    }
  }
  return { objects, problems };
}

function foundIn(document: YamlDocument, type: PackObjectType): Found[] {
  const value = isMapping(document.value) ? document.value[type] : undefined;
  if (value === undefined || value === null) return [];
  if (!isList(value)) return [{ type, value, at: [type], document }];
  return value.map((one, index) => ({ type, value: one, at: [type, index], document }));
}

/** What more is known of a problem. */
interface Detail {
  readonly suggestion?: string | undefined;
  /** Characters from the start of the text at the place. */
  readonly offset?: number | undefined;
}

/** One object on its way from what is written to what the agent works with. */
class ObjectReading {
  readonly problems: Problem[] = [];
  readonly #found: Found;
  readonly #origin: ObjectOrigin;
  readonly #rules: ObjectRules;

  constructor(found: Found, origin: ObjectOrigin, rules: ObjectRules) {
    this.#found = found;
    this.#origin = origin;
    this.#rules = rules;
  }

  /** The object, with the check within it when it is a service; none when something in it is wrong. */
  objects(): PackObject[] {
    const { type, value, at } = this.#found;
    if (!isMapping(value)) {
      this.#report(
        'error',
        at,
        `wrong value (expected a map of fields, got ${isList(value) ? 'a list' : shown(value)})`,
      );
      return [];
    }
    const fields = this.#fields(type, value, at);
    const objects = [this.#object(type, this.#origin.id, fields)];
    const check = fields.get('check');
    if (type === 'service' && isMapping(check)) {
      const written = { if_group: fields.get('if_group') ?? null, ...check };
      objects.push(
        this.#object('check', `service:${this.#origin.id}`, this.#fields('check', written, [...at, 'check'])),
      );
    }
    return this.problems.some(({ level }) => level === 'error') ? [] : objects;
  }

  #object(type: PackObjectType, id: string, fields: ReadonlyMap<string, Yaml>): PackObject {
    const { packName, packLevel, file } = this.#origin;
    const { document, at } = this.#found;
    const definition: Record<string, Yaml> = Object.create(null);
    for (const [name, value] of fields) definition[name] = value;
    return { type, id, packName, packLevel, file, line: document.placeOf(at).line, definition };
  }

  /** The fields that are right, by their present names. */
  #fields(type: PackObjectType, written: YamlMap, at: Path): ReadonlyMap<string, Yaml> {
    const fields = new Map<string, Yaml>();
    const named = new Set<string>();
    for (const [key, value] of Object.entries(written)) {
      if (value === null) continue;
      const name = OBJECT_KINDS[type].oldNames?.get(key) ?? key;
      named.add(name);
      if (this.#isRight(type, name, value, [...at, key])) fields.set(name, value);
    }
    this.#demand(type, named, at);
    if (type === 'check') this.#judgeCheck(fields, at);
    if (type === 'handler') completeHandler(fields);
    for (const { level, at: below, message } of OBJECT_KINDS[type].judge?.(fields) ?? []) {
      this.#report(level, [...at, ...below], message);
    }
    this.#judgeGroups(fields, at);
    this.#readExpressions(type, fields, at);
    return fields;
  }

  #isRight(type: PackObjectType, name: string, value: Yaml, at: Path): boolean {
    const { shape } = OBJECT_SCHEMAS[type];
    const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (!schema) this.#doubt(type, at);
    const faults = schema ? [...faultsIn(schema, value, at)] : [];
    for (const { level, at: place, message, suggestion } of faults) this.#report(level, place, message, { suggestion });
    return !faults.some(({ level }) => level === 'error');
  }

  #demand(type: PackObjectType, named: ReadonlySet<string>, at: Path): void {
    for (const [name, schema] of Object.entries(OBJECT_SCHEMAS[type].shape)) {
      if (named.has(name) || z.safeParse(schema, undefined).success) continue;
      this.#report('error', [...at, name], `is missing (expected ${docOf(schema).expected})`);
    }
  }

  /** Free keys are variables of a check and options of a handler, so only what looks like a slip of the pen is worth a word. */
  #doubt(type: PackObjectType, at: Path): void {
    const key = String(at.at(-1));
    const known = Object.keys(OBJECT_SCHEMAS[type].shape);
    const takesFreeKeys = type === 'check' || type === 'handler';
    const suggestion = nearest(key, known);
    if (takesFreeKeys && suggestion === undefined) return;
    this.#report('warning', at, 'unknown key', { suggestion });
  }

  #judgeCheck(fields: ReadonlyMap<string, Yaml>, at: Path): void {
    const { checkFields } = this.#rules;
    if (!checkFields.some((name) => fields.has(name))) {
      this.#report('error', at, `check has nothing to run (expected one of ${checkFields.join(', ')})`);
    }
    const [first, ...others] = (this.#rules.checkKinds ?? []).filter((kind) =>
      kind.fields.some((name) => fields.has(name) && fields.get(name) !== false),
    );
    if (first && others.length > 0) {
      const unused = others.map(({ name }) => name).join(' and ');
      this.#report('warning', at, `a check is of one kind: this one runs as ${first.name}, and ${unused} is not used`);
    }
    const doubt = this.#rules.scriptFault?.(fields);
    if (doubt !== undefined) this.#report('warning', [...at, 'script'], doubt);
    if (fields.has('if_group') || this.#origin.withoutGroup === 'everywhere') return;
    this.#report('warning', at, 'no if_group: this check never runs; write if_group: "*" to run it everywhere');
  }

  #judgeGroups(fields: ReadonlyMap<string, Yaml>, at: Path): void {
    const written = fields.get('if_group') ?? [];
    for (const test of isList(written) ? written : [written]) {
      const fault = typeof test === 'string' ? this.#rules.groupFault?.(test) : undefined;
      if (fault !== undefined) this.#report('error', [...at, 'if_group'], fault);
    }
  }

  /** A broken expression is harmless until it is evaluated, so it refuses nothing. */
  #readExpressions(type: PackObjectType, fields: ReadonlyMap<string, Yaml>, at: Path): void {
    for (const [below, part] of OBJECT_KINDS[type].expressions?.(fields) ?? []) {
      if (part === null || part === '') continue;
      const faults = this.#rules.expressionFaults(String(part));
      for (const { message, offset } of faults) this.#report('warning', [...at, ...below], message, { offset });
    }
  }

  #report(level: Problem['level'], at: Path, message: string, { suggestion, offset }: Detail = {}): void {
    const { file, packName: pack } = this.#origin;
    const { document } = this.#found;
    const place = offset === undefined ? document.placeOf(at) : document.placeWithin(at, offset);
    this.problems.push({ level, file, ...place, key: at.join('.'), message, suggestion, pack });
  }
}

function completeHandler(fields: Map<string, Yaml>): void {
  if (fields.get('type') === 'email') fields.set('type', 'mail');
  if (!fields.has('id')) fields.set('id', fields.get('type') ?? '');
}
