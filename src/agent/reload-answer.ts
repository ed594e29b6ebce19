import { problemJson } from '../http/records.ts';
import type { ReloadedJson, ReloadPreviewJson } from '../http/schemas.ts';
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
export const reloadAnswer = ({ difference, ...changed }: Reloaded): ReloadedJson => ({
  ...difference,
  ...reloadPreview(changed),
});

/** What a reload would answer with, but for what becomes of objects and plugins, which only doing it tells. */
export function reloadPreview({ started, before, after, read }: Omit<Reloaded, 'difference'>): ReloadPreviewJson {
  const problems = problemsOf(read.written);
  const ofLevel = (wanted: string) => problems.filter(({ level }) => level === wanted).map(problemJson);
  return {
    changes: [...changesBetween(before, after)],
    restart_needed: restartNeeded(started.loaded.config, after.loaded.config),
    stand_ins: read.standIns.map(({ file, since, errors }) => ({ file, since: new Date(since).toISOString(), errors })),
    errors: ofLevel('error'),
    warnings: ofLevel('warning'),
  };
}

/** What the history says of a reload. */
export const recordOfReload = ({ added, changed, removed, errors }: ReloadedJson) => ({
  type: 'reload' as const,
  who: 'files',
  what: `${added} added, ${changed} changed, ${removed} removed`,
  result: errors.length === 0 ? 'ok' : `${errors.length} errors`,
});
