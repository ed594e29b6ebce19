import type { Api } from '../http/api.ts';
import { problemLine } from '../model/pack.ts';
import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

type Edited = Api['PUT /packs/parameters/:level/:pack/:key']['answer'];

/** Tells what was changed in which file, and what is needed or wrong after it. */
export function showEdited(name: string, verb: string, done: Edited, terminal: Terminal): void {
  const key = name.slice(name.indexOf('.') + 1);
  const value = done.shown === '' ? '' : ` ${terminal.unicode ? '→' : '->'} ${done.shown}`;
  terminal.show(done, () => {
    terminal.line(escaped(`OK: ${name} (${done.file}) ${verb} ${key}${value}`));
    if (done.restart_needed.length > 0) terminal.line(`restart needed: ${escaped(done.restart_needed.join(', '))}`);
    for (const problem of done.errors) terminal.error(`${problem.level}: ${escaped(problemLine(problem))}`);
  });
}
