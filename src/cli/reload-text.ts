import type { Api } from '../http/api.ts';
import { problemText } from '../model/pack.ts';
import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

/** Prints what a reload changes, or would change, and what is wrong in the files. */
export function printReload(reload: Api['POST /config/validate']['answer'], terminal: Terminal): void {
  for (const { change, kind, name } of reload.changes) terminal.line(`  ${change}: ${kind} ${escaped(name)}`);
  const { restart_needed: restart } = reload;
  if (restart.length > 0) terminal.line(`restart needed: ${escaped(restart.join(', '))}`);
  for (const { file, since } of reload.stand_ins)
    terminal.note(`note: ${escaped(file)}: using the version of ${terminal.time(Date.parse(since))}`);
  for (const problem of [...reload.errors, ...reload.warnings]) terminal.error(escaped(problemText(problem)));
}
