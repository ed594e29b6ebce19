import { dirname } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { PackObject, PackSet } from '../model/pack.ts';
import type { Host } from '../net/host.ts';
import { inThreads } from '../net/threads.ts';
import type { Desk } from '../plugins/delivery.ts';
import { Templates } from '../templates/templates.ts';

/** What a text may take until it is given up. */
const LIMIT_MS = 1_000;
const MEMORY_MIB = 48;
/** Whose templates count where nobody wrote others. */
const LAST_PACK = 'mail';

interface DesksOptions {
  readonly host: Host;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What handlers work with. */
export class Desks {
  readonly #host: Host;
  readonly #templates: Templates;

  constructor({ host, clock, log }: DesksOptions) {
    this.#host = host;
    this.#templates = new Templates({
      log,
      readFile: (path) => host.readFile(path),
      work: (module, items) => inThreads({ module, items, limitMs: LIMIT_MS, memoryMiB: MEMORY_MIB }, clock),
    });
  }

  /** The desk of a handler whose templates lie in these folders. */
  with(folders: readonly string[]): Desk {
    return { host: this.#host, word: this.#templates.in(folders) };
  }
}

/** Where the templates of a handler may lie: beside its file, in its pack, in the pack `mail`. */
export function templateFolders(
  { packs }: PackSet,
  { packName, file }: Pick<PackObject, 'packName'> & Partial<Pick<PackObject, 'file'>>,
): readonly string[] {
  const folderOf = (name: string) => packs.find((pack) => pack.name === name && pack.overloadedBy === null)?.directory;
  const places = [file === undefined ? undefined : dirname(file), folderOf(packName), folderOf(LAST_PACK)];
  return [...new Set(places.flatMap((place) => (place === undefined ? [] : [`${place}/templates`])))];
}
