import { readFile, stat } from 'node:fs/promises';
import { messageOf, systemCode } from '../base/errors.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';
import { isList, isMapping } from './yaml-value.ts';

const REFERENCE = /^\$\{(env|file):([^}]+)\}$/;
const MAX_BYTES = 64 * 1024;
const READABLE_BY_OTHERS = 0o004;

type Environment = Readonly<Record<string, string | undefined>>;

/** A value that stands somewhere else could not be had, or should not stand there. */
export interface ReferenceFault {
  readonly level: 'error' | 'warning';
  /** Names of the keys from the top down to it. */
  readonly at: readonly string[];
  readonly message: string;
}

/** Whether a value is only the name of the place where the real one stands: `${env:NAME}` or `${file:/path}`. */
export const isReference = (value: Yaml): boolean => typeof value === 'string' && REFERENCE.test(value);

/**
 * The map with values in the place of `${env:NAME}` and `${file:/path}`, of files without the newline at their end. What cannot be had is
 * empty and named among the faults. Does not throw.
 */
export async function resolveReferences(
  map: YamlMap,
  env: Environment,
): Promise<{ readonly values: YamlMap; readonly faults: readonly ReferenceFault[] }> {
  const resolving = new Resolving(env);
  return { values: await resolving.map(map, []), faults: resolving.faults };
}

class Resolving {
  readonly faults: ReferenceFault[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  async map(map: YamlMap, at: readonly string[]): Promise<YamlMap> {
    const copy: Record<string, Yaml> = Object.create(null);
    for (const [key, value] of Object.entries(map)) copy[key] = await this.#value(value, [...at, key]);
    return copy;
  }

  async #value(value: Yaml, at: readonly string[]): Promise<Yaml> {
    if (isMapping(value)) return await this.map(value, at);
    if (isList(value)) return await Promise.all(value.map((item) => this.#value(item, at)));
    const [, kind, name = ''] = (typeof value === 'string' && REFERENCE.exec(value)) || [];
    if (kind === undefined) return value;
    return kind === 'env' ? this.#fromEnvironment(name, at) : await this.#fromFile(name, at);
  }

  #fromEnvironment(name: string, at: readonly string[]): string {
    const value = this.#env[name];
    if (value === undefined)
      this.faults.push({ level: 'error', at, message: `no environment variable is named ${name}` });
    return value ?? '';
  }

  async #fromFile(path: string, at: readonly string[]): Promise<string> {
    try {
      const found = await stat(path);
      // A pipe would be waited for, and a device read without an end.
      if (!found.isFile()) throw new Error('is no file');
      const { size, mode } = found;
      if (size > MAX_BYTES) throw new Error(`is ${size} bytes long (expected at most ${MAX_BYTES})`);
      if ((mode & READABLE_BY_OTHERS) !== 0) {
        this.faults.push({
          level: 'warning',
          at,
          message: `everybody may read ${path}; chmod o-r keeps it to its owner`,
        });
      }
      return (await readFile(path, 'utf8')).trim();
    } catch (error) {
      this.faults.push({ level: 'error', at, message: `the file ${path} of this value ${whyNot(error)}` });
      return '';
    }
  }
}

function whyNot(error: unknown): string {
  if (systemCode(error) === 'ENOENT') return 'is not there';
  return systemCode(error) === undefined ? messageOf(error) : `cannot be read: ${messageOf(error)}`;
}
