import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { didYouMean } from '../base/nearest.ts';
import { directoriesIn } from '../config/files.ts';
import type { Problem } from '../model/pack.ts';

/** Directories of a pack that mean something. */
const KNOWN = new Set([
  'parameters',
  'detectors',
  'monitoring',
  'generators',
  'compliance',
  'dashboards',
  'tutorials',
  'templates',
  'collectors',
  'checks',
  'handlers',
  'functions',
  'hostingdrivers',
  'pollsters',
  'health',
]);

const MAX_FILES = 10_000;

/** What lies in a pack's directory and is left out: directories of unknown names, and programs of the early days. */
export async function leftOut(directory: string, plugins: ReadonlySet<string>): Promise<Problem[]> {
  const notice = (file: string, message: string): Problem => ({
    level: 'notice',
    file,
    line: 0,
    column: 0,
    key: '',
    message,
  });
  const unknown = (await directoriesIn(directory)).filter((name) => !KNOWN.has(name));
  const programs = await programsIn(directory);
  const notices = unknown.map((name) =>
    notice(join(directory, name), `is no directory of a pack and left out${didYouMean(name, KNOWN)}`),
  );
  if (programs.length > 0) notices.push(notice(directory, aboutPrograms(programs, plugins)));
  return notices;
}

async function programsIn(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  return names
    .slice(0, MAX_FILES)
    .filter((name) => name.endsWith('.py'))
    .sort();
}

/** Their files were named `collector_redis.py`, `module_slack.py` or just `redis.py`. */
function aboutPrograms(programs: readonly string[], plugins: ReadonlySet<string>): string {
  const short = programs.map((path) =>
    basename(path, '.py').replace(/^(?:collector|module|handler|hostingdriver)_/, ''),
  );
  const replaced = [...new Set(short)].filter((name) => plugins.has(name));
  const what = programs.length === 1 ? '1 Python file' : `${programs.length} Python files`;
  const instead = replaced.length === 0 ? '' : `; built in instead: ${replaced.join(', ')}`;
  return `holds ${what} (${programs[0]}), and Python is never run${instead}`;
}
