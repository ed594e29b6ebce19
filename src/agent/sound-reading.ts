import { messageOf } from '../base/errors.ts';
import { type FilesRead, notingFiles } from '../config/files-read.ts';
import type { LastGood } from '../config/last-good.ts';
import type { PackObject, PackSet, Problem } from '../model/pack.ts';
import type { Written } from './written.ts';

/** A file that is broken, and whose last good version counts. */
export interface StandIn {
  readonly file: string;
  /** When that version was first read, in epoch milliseconds. */
  readonly since: number;
  readonly errors: number;
}

/** What people wrote, where each file that is broken has its last good version; its problems are those of the files as they stand. */
export interface SoundReading {
  readonly written: Written;
  readonly standIns: readonly StandIn[];
  /** Keeps what is without errors as the last good version. A failure is for the log: the agent works without. */
  keep(): Promise<string | undefined>;
}

/** What is broken may hide other files that are broken as well. */
const MOST_ROUNDS = 4;

/** Reads everything; what is broken is read again from its last good version, if there is one. */
export async function readSound(read: () => Promise<Written>, lastGood: LastGood): Promise<SoundReading> {
  const first = await notingFiles(read);
  const findings = new Findings();
  findings.note(first);
  const standIns: StandIn[] = [];
  const instead = new Map<string, string>();
  let last = first;
  for (let round = 1; round < MOST_ROUNDS; round++) {
    const broken = [...last.texts.keys()].filter((file) => findings.errors.has(file) && !instead.has(file));
    const copies = await lastGood.copiesOf(broken).catch(() => new Map<string, never>());
    const better = [...copies].filter(([file, { text }]) => text !== findings.texts.get(file));
    if (better.length === 0) break;
    for (const [file, { text, since }] of better) {
      instead.set(file, text);
      standIns.push({ file, since, errors: findings.errors.get(file) ?? 0 });
    }
    last = await notingFiles(read, instead);
    findings.note(last);
  }
  const sound = new Map([...findings.texts].filter(([file]) => !findings.errors.has(file)));
  const keep = () => lastGood.keep(sound, new Set(findings.errors.keys())).then(() => undefined, messageOf);
  if (last === first) return { written: first.result, standIns, keep };
  return {
    written: united(first.result, last.result, { findings, replaced: new Set(instead.keys()) }),
    standIns,
    keep,
  };
}

/** What stands in the files and is wrong there, gathered over several readings: of each file the first one that opened it counts. */
class Findings {
  readonly texts = new Map<string, string>();
  readonly errors = new Map<string, number>();
  readonly loaded: Problem[] = [];
  readonly packs: Problem[] = [];
  readonly #ofPack = new Map<string, Problem[]>();

  note({ result: { loaded, packs }, texts }: FilesRead<Written>): void {
    const fresh = ({ file }: Problem) => !this.texts.has(file) && (texts.has(file) || this.texts.size === 0);
    const news = [...loaded.problems, ...packs.problems].filter(fresh);
    this.loaded.push(...loaded.problems.filter(fresh));
    this.packs.push(...packs.problems.filter(fresh));
    for (const { directory, problems } of packs.packs) {
      this.#ofPack.set(directory, [...this.ofPack(directory), ...problems.filter(fresh)]);
    }
    for (const { level, file } of news) {
      if (level === 'error') this.errors.set(file, (this.errors.get(file) ?? 0) + 1);
    }
    for (const [file, text] of texts) if (!this.texts.has(file)) this.texts.set(file, text);
  }

  ofPack(directory: string): readonly Problem[] {
    return this.#ofPack.get(directory) ?? [];
  }
}

interface Repairs {
  readonly findings: Findings;
  /** The files that were read from their last good version. */
  readonly replaced: ReadonlySet<string>;
}

/** What counts of the two readings: that with the last good versions, but of broken files every object that is right as it stands. */
function united(asItStands: Written, repaired: Written, { findings, replaced }: Repairs): Written {
  return {
    loaded: { ...repaired.loaded, problems: findings.loaded },
    packs: {
      packs: repaired.packs.packs.map((pack) => ({ ...pack, problems: findings.ofPack(pack.directory) })),
      objects: unitedObjects(asItStands.packs, repaired.packs, replaced),
      problems: findings.packs,
    },
  };
}

function unitedObjects(asItStands: PackSet, repaired: PackSet, replaced: ReadonlySet<string>): PackObject[] {
  const keyOf = ({ type, id, file }: PackObject) => [type, id, file].join('\n');
  const standing = new Map(asItStands.objects.map((object) => [keyOf(object), object]));
  const known = new Set(repaired.objects.map(keyOf));
  const isNew = (object: PackObject) => replaced.has(object.file) && !known.has(keyOf(object));
  return [
    ...repaired.objects.map((object) => standing.get(keyOf(object)) ?? object),
    ...asItStands.objects.filter(isNew),
  ];
}
