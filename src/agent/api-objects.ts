import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Shelf } from '../base/shelf.ts';
import { type ObjectRules, readObjects } from '../config/objects.ts';
import { parseYaml } from '../config/yaml.ts';
import { compile } from '../expressions/compile.ts';
import type { CompileOptions, FunctionClass, FunctionTable } from '../expressions/contract.ts';
import type { Defined } from '../http/parts.ts';
import { clauseOf, type PackObject, type Yaml, type YamlMap } from '../model/pack.ts';

/** Objects of one type that requests may define. */
const MOST = 1_000;
const PREFIX = 'local/';
const ID = /^local(\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}){1,8}$/;
/** What starts programs, or reaches further than the one who asks may. */
const ONLY_FROM_FILES = ['script', 'mob', 'maas', 'run_as', 'repair', 'allow_link_local'];
/** Functions that look at nothing but what was collected. */
const ALLOWED: ReadonlySet<FunctionClass> = new Set(['pure', 'node']);
/** What a service may be judged by beside expressions. */
const AGGREGATES: ReadonlySet<string> = new Set(['worst', 'best']);
const HOLE = /\{\{.*?\}\}/gs;
const ELSEWHERE = /\$\{(?:env|file):/;

/** What requests may define. */
export type DefinableType = 'check' | 'service';

interface Read {
  readonly objects: readonly PackObject[];
  readonly warnings: readonly string[];
}

interface Options {
  readonly type: DefinableType;
  readonly shelf: Shelf;
  readonly rules: () => ObjectRules;
  readonly functions: () => FunctionTable<never>;
  /** Puts these to work, in the place of all that were given before; with a service comes the check that is written in it. */
  readonly define: (objects: readonly PackObject[]) => void;
}

/** Checks, or services, that requests defined and no file: kept on disk, at work like those of the level local. */
export class ApiObjects {
  readonly #options: Options;
  readonly #objects = new Map<string, readonly PackObject[]>();

  private constructor(options: Options) {
    this.#options = options;
  }

  /** Goes on with what the shelf holds; what this version cannot read any more is dropped. */
  static async open(options: Options): Promise<ApiObjects> {
    const opened = new ApiObjects(options);
    for (const [id, fields] of await options.shelf.load()) {
      try {
        opened.#objects.set(id, opened.#read(id, fields as YamlMap).objects);
      } catch (error) {
        if (!(error instanceof OpsbroError)) throw error;
        options.shelf.delete(id);
      }
    }
    opened.#define();
    return opened;
  }

  /** Defines one, or defines it anew; answers with its id and what may not be meant so. Throws `bad_request`, `not_allowed` or `quota`, and keeps nothing then. */
  put(name: string, fields: YamlMap): Defined {
    const { type } = this.#options;
    const id = idOf(name, type);
    const { objects, warnings } = this.#read(id, fields);
    if (!this.#objects.has(id) && this.#objects.size >= MOST)
      throw new OpsbroError('quota', `${MOST} ${type}s were defined by requests; delete some first`);
    this.#objects.set(id, objects);
    this.#options.shelf.put(id, fields);
    this.#define();
    return { id, warnings };
  }

  /** Takes one away; answers with its id. Throws `not_found` for one that no request defined. */
  delete(name: string): string {
    const { type } = this.#options;
    const id = idOf(name, type);
    if (!this.#objects.delete(id))
      throw new OpsbroError('not_found', `no request defined a ${type} "${id}"; those of files are changed there`);
    this.#options.shelf.delete(id);
    this.#define();
    return id;
  }

  /** All of them. */
  objects(): readonly PackObject[] {
    return [...this.#objects.values()].flat();
  }

  #define(): void {
    this.#options.define(this.objects());
  }

  #read(id: string, fields: YamlMap): Read {
    const { type, functions, rules } = this.#options;
    refuseReach(fields, type, functions());
    const { documents } = parseYaml(JSON.stringify({ [type]: fields }), '');
    const origin = { packName: 'local', packLevel: 'local', file: 'HTTP API', id, withoutGroup: 'everywhere' } as const;
    const { objects, problems } = readObjects(documents, [type], origin, rules());
    const told = (wanted: string) => problems.filter(({ level }) => level === wanted).map(clauseOf);
    const wrong = told('error');
    if (objects.length > 0 && wrong.length === 0) return { objects, warnings: told('warning') };
    throw new OpsbroError('bad_request', wrong.join('; ') || `this is no ${type}`);
  }
}

function idOf(name: string, type: DefinableType): string {
  const id = name.startsWith(PREFIX) ? name : `${PREFIX}${name}`;
  if (ID.test(id)) return id;
  throw new OpsbroError('bad_request', `"${name}" is no id of a ${type}; write letters, digits, "_", "-", "." and "/"`);
}

/** Throws `not_allowed` at anything that a request may not have done by a check, or by that of a service. */
function refuseReach(fields: YamlMap, type: DefinableType, functions: FunctionTable<never>): void {
  for (const [path, value] of leavesOf(fields)) {
    const key = path.at(-1) ?? '';
    if (ONLY_FROM_FILES.includes(key))
      throw new OpsbroError('not_allowed', `${key} is not allowed over HTTP; what has it comes from files only`);
    if (typeof value !== 'string') continue;
    if (ELSEWHERE.test(value))
      throw new OpsbroError('not_allowed', `${key}: values of files and of the environment come from files only`);
    const texts = isExpression(path, type) && !AGGREGATES.has(value) ? [value] : (value.match(HOLE) ?? []);
    for (const text of texts) refuseCalls(key, text, functions);
  }
}

/** Throws `bad_request` at what cannot be read, and `not_allowed` at what asks more than was collected. */
function refuseCalls(key: string, text: string, functions: FunctionTable<never>): void {
  const read = (allowed: CompileOptions['allowed'], code: 'bad_request' | 'not_allowed') => {
    try {
      compile(text, { functions, ...(allowed && { allowed }) });
    } catch (error) {
      throw new OpsbroError(code, `${key}: ${messageOf(error)}`, { cause: error });
    }
  };
  read(undefined, 'bad_request');
  read(ALLOWED, 'not_allowed');
}

function isExpression([field = '', ...rest]: readonly string[], type: DefinableType): boolean {
  if (type === 'service') return field === 'aggregate' || (field === 'check' && isExpression(rest, 'check'));
  return field === 'variables' || /_(if|output)$/.test(field);
}

/** Every value with the keys it stands under; maps and lists are given as well as what is in them. */
function* leavesOf(value: Yaml, path: readonly string[] = []): Generator<readonly [readonly string[], Yaml]> {
  yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) for (const each of value) yield* leavesOf(each, path);
  else for (const [name, each] of Object.entries(value)) yield* leavesOf(each, [...path, name]);
}
