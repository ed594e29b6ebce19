import { problemJson } from '../http/records.ts';
import type { ReloadedJson } from '../http/schemas.ts';
import type { Difference } from '../runtime/configuration.ts';
import { changesBetween, restartNeeded } from './reload.ts';
import type { SoundReading } from './sound-reading.ts';
import { problemsOf, type Written } from './written.ts';

/** A reload that is over. */
export interface Reloaded {
  /** What the agent was started with. */
  readonly started: Written;
  readonly before: Written;
  readonly after: Written;
  readonly read: SoundReading;
  /** What became of objects and plugins. */
  readonly difference: Difference;
}

/** What a reload answers with. */
export function reloadAnswer({ started, before, after, read, difference }: Reloaded): ReloadedJson {
  const problems = problemsOf(read.written);
  const ofLevel = (wanted: string) => problems.filter(({ level }) => level === wanted).map(problemJson);
  return {
    ...difference,
    changes: [...changesBetween(before, after)],
    restart_needed: restartNeeded(started.loaded.config, after.loaded.config),
    stand_ins: read.standIns.map(({ file, since, errors }) => ({ file, since: new Date(since).toISOString(), errors })),
    errors: ofLevel('error'),
    warnings: ofLevel('warning'),
  };
}
