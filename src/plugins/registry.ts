import { readdir } from 'node:fs/promises';
import { OpsbroError } from '../base/errors.ts';
import type { Plugin } from './plugin.ts';

/** The plugins of one kind, by name. */
export class Registry<P extends Plugin> implements Iterable<P> {
  readonly kind: P['kind'];
  readonly #byName = new Map<string, P>();

  constructor(kind: P['kind']) {
    this.kind = kind;
  }

  get(name: string): P {
    const plugin = this.#byName.get(name);
    if (plugin) return plugin;
    const known = [...this.#byName.keys()].join(', ');
    throw new OpsbroError('not_found', `no ${this.kind} is named "${name}" (known: ${known})`);
  }

  [Symbol.iterator](): Iterator<P> {
    return this.#byName.values();
  }

  add(plugin: P): void {
    if (this.#byName.has(plugin.name)) {
      throw new OpsbroError('invalid_config', `two ${this.kind}s are named "${plugin.name}"`);
    }
    this.#byName.set(plugin.name, plugin);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Puts a plugin in the place of the one of its name, or takes that one away; answers with what was there. */
  put(name: string, plugin: P | undefined): P | undefined {
    const before = this.#byName.get(name);
    if (plugin) this.#byName.set(name, plugin);
    else this.#byName.delete(name);
    return before;
  }

  /** Adds the default export of every module in `folder`: the folder is the list, so a new plugin is a new file. */
  async addFrom(folder: URL): Promise<this> {
    const files = (await readdir(folder)).filter((file) => /(?<!\.d)\.[jt]s$/.test(file));
    for (const file of files.sort()) {
      const { default: plugin } = (await import(new URL(file, folder).href)) as { default?: P };
      if (plugin?.kind !== this.kind) {
        throw new OpsbroError('invalid_config', `${file} does not export a ${this.kind} by default`);
      }
      this.add(plugin);
    }
    return this;
  }
}
