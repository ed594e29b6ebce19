import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { YamlMap } from '../../model/pack.ts';
import type { CheckPlace, Diagnosis, LoadedCheck, RunnerRequest } from '../protocol.ts';
import { codeOf } from '../status.ts';
import type { PackageContext } from './context.ts';
import { type Callable, docOf, type Offered, offeredOf } from './offered.ts';

type Method = (...given: unknown[]) => unknown;

/** A check as its author wrote it, made ready. */
interface Living {
  readonly check: Method;
  readonly diagnose: Method;
  readonly fields: Readonly<Record<string, unknown>>;
}

interface LoadedFile {
  readonly checks: ReadonlyMap<string, Living>;
  readonly declared: ReadonlyMap<string, Offered>;
}

type Acting = Extract<RunnerRequest, { do: 'act' }>;

/** The checks of a package, found in the files that were loaded. */
export class Package {
  readonly #files = new Map<string, LoadedFile>();

  /** Runs a file, and tells the checks that it has. A file that fails leaves its former version in use. */
  async load(path: string, revision: string): Promise<LoadedCheck[]> {
    // Modules in the old form are kept by their path, whatever the address says.
    delete createRequire(path).cache[path];
    const module = (await import(`${pathToFileURL(path).href}?${revision}`)) as Record<string, unknown>;
    const exported = exportsOf(module);
    const file = { checks: checksIn(exported), declared: declaredIn(exported.get('actions')) };
    this.#files.set(path, file);
    return [...file.checks].map(([name, { fields }]) => ({
      name,
      interval: secondsOf(fields['CHECK_INTERVAL'] ?? fields['CHECK_INTERVAL_SEC']),
      timeout: secondsOf(fields['TIMEOUT']),
      failures: secondsOf(fields['FAILURES_BEFORE_UNHEALTHY']),
    }));
  }

  async check(place: CheckPlace, context: PackageContext): Promise<number> {
    const answer = await this.#find(place).living.check(context);
    const code = codeOf(answer);
    if (code === undefined) throw new TypeError(`Check() answered ${String(answer)} (expected a number)`);
    return code;
  }

  async diagnose(place: CheckPlace, code: number, context: PackageContext): Promise<Diagnosis> {
    const { description, actions } = await this.#diagnosis(place, code, context);
    return { description, actions: actions.map(docOf) };
  }

  /** Runs an action that Diagnose() offers for this code. */
  async act(acting: Acting, context: PackageContext): Promise<void> {
    const offered = await this.#offer(acting, context);
    const { parameters } = docOf(offered);
    const named = new Map(Object.entries(acting.kwargs));
    const given = parameters.map(({ name }, index) => acting.args[index] ?? named.get(name));
    await offered.run.call(context, ...given, ...acting.args.slice(parameters.length));
  }

  /** A check that remembers what it saw has seen nothing in this process yet; so it looks, if it has to. */
  async #offer(acting: Acting, context: PackageContext): Promise<Offered> {
    const named = (offers: readonly Offered[]) => offers.find(({ name }) => name === acting.action);
    const first = named((await this.#diagnosis(acting, acting.code, context)).actions);
    if (first) return first;
    const code = await this.check(acting, context);
    const second = named((await this.#diagnosis(acting, code, context)).actions);
    if (second) return second;
    throw new Error(`${acting.name} does not offer ${acting.action} any more`);
  }

  async #diagnosis(place: CheckPlace, code: number, context: PackageContext) {
    const { living, declared } = this.#find(place);
    const [description, actions] = partsOf(await living.diagnose(code, context));
    return { description, actions: actions.map((action) => offeredOf(action, declared)) };
  }

  #find({ path, name }: CheckPlace) {
    const file = this.#files.get(path);
    const living = file?.checks.get(name);
    if (!file || !living) throw new Error(`${path} has no check ${name}`);
    return { living, declared: file.declared };
  }
}

/** Everything a file exports, whether in the new form or the old one. */
function exportsOf(module: Record<string, unknown>): Map<string, unknown> {
  const exported = new Map(Object.entries(module));
  const old = module['module.exports'] ?? module['default'];
  if (typeof old === 'object' && old !== null && !('Check' in old || 'check' in old)) {
    for (const [name, value] of Object.entries(old)) exported.set(name, value);
  }
  exported.delete('module.exports');
  return exported;
}

function checksIn(exported: ReadonlyMap<string, unknown>): Map<string, Living> {
  const checks = new Map<string, Living>();
  const seen = new Set<unknown>();
  for (const [name, value] of exported) {
    if (seen.has(value)) continue;
    seen.add(value);
    const object = instanceOf(value);
    const living = object && livingOf(object, value);
    if (living) checks.set(typeof value === 'function' ? value.name || name : name, living);
  }
  return checks;
}

/** An object of a class that looks like a check, or the object itself. Nothing else is ever made. */
function instanceOf(value: unknown): object | undefined {
  if (typeof value === 'object' && value !== null) return value;
  if (typeof value !== 'function' || !isObject(value.prototype) || !hasBoth(value.prototype)) return undefined;
  return new (value as new () => object)();
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const methodOf = (object: object, ...names: readonly string[]): Method | undefined => {
  for (const name of names) {
    const value = (object as Record<string, unknown>)[name];
    if (typeof value === 'function') return value as Method;
  }
  return undefined;
};

const hasBoth = (object: object): boolean =>
  methodOf(object, 'Check', 'check') !== undefined && methodOf(object, 'Diagnose', 'diagnose') !== undefined;

/** Fields may stand on the object or on its class. */
function livingOf(object: object, written: unknown): Living | undefined {
  const check = methodOf(object, 'Check', 'check');
  const diagnose = methodOf(object, 'Diagnose', 'diagnose');
  if (!check || !diagnose) return undefined;
  const own = Object.fromEntries(FIELDS.map((name) => [name, (object as Record<string, unknown>)[name]]));
  const common = Object.fromEntries(FIELDS.map((name) => [name, (written as Record<string, unknown>)[name]]));
  const fields = Object.fromEntries(FIELDS.map((name) => [name, own[name] ?? common[name]]));
  return { check: check.bind(object), diagnose: diagnose.bind(object), fields };
}

const FIELDS = ['CHECK_INTERVAL', 'CHECK_INTERVAL_SEC', 'TIMEOUT', 'FAILURES_BEFORE_UNHEALTHY'] as const;

const secondsOf = (value: unknown): number | null => (typeof value === 'number' && value > 0 ? value : null);

function declaredIn(written: unknown): Map<string, Offered> {
  if (!isObject(written)) return new Map();
  const entries = Object.entries(written).filter(([, each]) => isObject(each) || typeof each === 'function');
  return new Map(entries.map(([name, each]) => [name, { ...offeredOf(each, new Map()), name }]));
}

function partsOf(answer: unknown): readonly [string, readonly (string | Callable | YamlMap)[]] {
  const [description, actions] = Array.isArray(answer)
    ? (answer as unknown[])
    : [
        (answer as Record<string, unknown> | null)?.['description'],
        (answer as Record<string, unknown> | null)?.['actions'],
      ];
  if (typeof description !== 'string' || !Array.isArray(actions ?? [])) {
    throw new TypeError('Diagnose() answered no [description, actions]');
  }
  return [description, (actions ?? []) as readonly (string | Callable | YamlMap)[]];
}
