import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { problemLine } from '../../src/model/pack.ts';
import { loadPacks, type PackSources } from '../../src/packs/load.ts';
import { tempDirectory } from '../support/temp.ts';

const RULES = { checkFields: ['critical_if', 'warning_if', 'script'], expressionFaults: () => [] };

/** Packs in a directory of their own: `etc/` is what is shipped, `data/` the data directory. */
export function packFiles(files: Readonly<Record<string, string>>) {
  const temporary = tempDirectory();
  const at = (path: string) => join(temporary.path, path);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return {
    at,
    write,
    data: at('data'),
    read: (path: string): string => readFileSync(at(path), 'utf8'),
    has: (path: string): boolean => existsSync(at(path)),
    /** A text with the directory left out of it. */
    short: (text: string): string => text.replaceAll(`${temporary.path}/`, ''),
    async load(more: Partial<PackSources> = {}) {
      const sources = { shipped: at('etc'), data: at('data'), rules: RULES, ...more };
      const set = await loadPacks({ ...sources, local: { directory: at('conf'), objects: [], ...more.local } });
      const lines = set.problems.map((problem) => `${problem.level} ${problemLine(problem)}`);
      return { ...set, lines: lines.map((line) => line.replaceAll(`${temporary.path}/`, '')) };
    },
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  };
}
