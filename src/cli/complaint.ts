import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

/** Says what is wrong where the command goes on to choose its own exit code: to people a sentence, to programs an error as the API gives them. */
export function complain(terminal: Terminal, code: string, message: string): void {
  if (terminal.json) terminal.show({ error: { code, message } }, () => undefined);
  terminal.error(`error: ${escaped(message)}`);
}
