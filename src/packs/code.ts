import { pathToFileURL } from 'node:url';
import { keptAwake } from '../base/awake.ts';
import { type Clock, delay, systemClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Problem } from '../model/pack.ts';
import type { Plugin } from '../plugins/plugin.ts';
import { type CodeFile, type CodeKind, codeFilesOf } from './code-files.ts';
import type { DescribedPack } from './descriptor.ts';
import { offerPluginContract } from './resolve-hook.ts';

/** The place of plugins of one kind. */
export interface PluginPlace {
  has(name: string): boolean;
  /** Puts a plugin in the place of the one of its name, or takes that one away; answers with what was there. */
  put(name: string, plugin: Plugin | undefined): Plugin | undefined;
}

/** The places of all plugins that packs may bring. */
export type PluginPlaces = ReadonlyMap<CodeKind, PluginPlace>;

/** What became of a file of code. */
interface Imported {
  readonly revision: string;
  /** Missing when it never could be used. */
  readonly plugin?: Plugin;
  /** Why this version of it cannot be used; empty when it can. */
  readonly fault: string;
}

interface Placed {
  readonly place: PluginPlace;
  readonly name: string;
  readonly before: Plugin | undefined;
}

/** The contract as it lies beside this file, whether this is the source or what was built of it. */
const CONTRACT = new URL(
  import.meta.url.endsWith('.ts') ? '../plugins/pack-api.ts' : '../plugins/pack-api.js',
  import.meta.url,
);

const LONGEST_LOAD_MS = 10_000;

/** The plugins that packs bring as code, put among those that are built in. */
export class PackCode {
  readonly #places: PluginPlaces;
  readonly #contract: string;
  readonly #clock: Clock;
  readonly #imported = new Map<string, Imported>();
  #placed: Placed[] = [];

  /** `contract` is the address of what code of packs gets for `opsbro/plugins`. */
  constructor(
    places: PluginPlaces,
    { contract = CONTRACT, clock = systemClock }: { contract?: URL; clock?: Clock } = {},
  ) {
    this.#places = places;
    this.#contract = contract.href;
    this.#clock = clock;
  }

  /**
   * Makes the plugins be those of these packs. A file is run again only when it changed; while it is broken, its former version stays in
   * use. Answers, by the directory of the pack, what is wrong. Does not throw.
   */
  async use(packs: readonly DescribedPack[]): Promise<ReadonlyMap<string, readonly Problem[]>> {
    const files = (await Promise.all(packs.map(codeFilesOf))).flat();
    const outcomes: { readonly file: CodeFile; readonly imported: Imported }[] = [];
    for (const file of files) outcomes.push({ file, imported: await this.#import(file) });
    this.#takeBack();
    const problems = new Map<string, Problem[]>();
    for (const { file, imported } of outcomes) {
      const misplaced = imported.plugin ? this.#place(file, imported.plugin) : '';
      const faults = [imported.fault, misplaced].filter((fault) => fault !== '').map((fault) => problemOf(file, fault));
      const { directory } = file.pack;
      if (faults.length > 0) problems.set(directory, [...(problems.get(directory) ?? []), ...faults]);
    }
    for (const path of this.#imported.keys())
      if (!files.some((file) => file.path === path)) this.#imported.delete(path);
    return problems;
  }

  async #import(file: CodeFile): Promise<Imported> {
    const { path, revision, fault, kind } = file;
    if (fault !== '') return { revision, fault };
    const known = this.#imported.get(path);
    if (known?.revision === revision) return known;
    offerPluginContract(this.#contract);
    const url = `${pathToFileURL(path).href}?${revision}`;
    // Code that waits for nothing in particular would let a command end in the middle.
    const fresh = await keptAwake(Promise.race([run(url, kind, revision), this.#givenUp(revision)]));
    const imported = fresh.plugin || !known?.plugin ? fresh : { ...fresh, plugin: known.plugin };
    this.#imported.set(path, imported);
    return imported;
  }

  /** Code may wait for something at its top level that never comes. */
  async #givenUp(revision: string): Promise<Imported> {
    await delay(this.#clock, LONGEST_LOAD_MS);
    const limit = `${LONGEST_LOAD_MS / 1_000} s`;
    return {
      revision,
      fault: `cannot be loaded: it is not done after ${limit}; what takes time belongs into configure`,
    };
  }

  /** Puts a plugin in its place; answers with why it cannot be, if so. */
  #place({ kind, pack }: CodeFile, plugin: Plugin): string {
    const place = this.#places.get(kind);
    if (!place) return `packs cannot bring a ${kind}`;
    const { name } = plugin;
    const isTaken = this.#placed.some((other) => other.place === place && other.name === name);
    if (isTaken) return `another pack brings a ${kind} named "${name}" already`;
    if (place.has(name) && !pack.descriptor.replaces.includes(name)) {
      return `a ${kind} named "${name}" is built in; write replaces: [${name}] in package.yml to use this one instead`;
    }
    this.#placed.push({ place, name, before: place.put(name, plugin) });
    return '';
  }

  #takeBack(): void {
    for (const { place, name, before } of this.#placed) place.put(name, before);
    this.#placed = [];
  }
}

/** Runs the code of a file, whatever it does, and takes what it exports by default. */
async function run(url: string, kind: CodeKind, revision: string): Promise<Imported> {
  try {
    const { default: plugin } = (await import(/* @vite-ignore */ url)) as { readonly default?: unknown };
    return isPlugin(plugin, kind)
      ? { revision, plugin: { ...plugin, revision }, fault: '' }
      : { revision, fault: `does not export a ${kind} by default; write export default define...({...})` };
  } catch (error) {
    const [said = ''] = messageOf(error).split('\n');
    return { revision, fault: `cannot be loaded: ${said}` };
  }
}

const isPlugin = (value: unknown, kind: CodeKind): value is Plugin =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  value.kind === kind &&
  'configure' in value &&
  typeof value.configure === 'function' &&
  'name' in value &&
  typeof value.name === 'string' &&
  /^[a-z0-9_-]{1,64}$/.test(value.name);

const problemOf = ({ path }: CodeFile, message: string): Problem => ({
  level: 'error',
  file: path,
  line: 0,
  column: 0,
  key: '',
  message,
});
