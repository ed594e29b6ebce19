import type { Context, OptionSpecs } from './command.ts';
import { confirmed } from './confirm.ts';
import { escaped } from './escape.ts';
import { showKeys } from './keyring-text.ts';

/** Options of the commands that change the keys of all nodes. */
export const KEYRING_OPTIONS = {
  yes: { kind: 'flag', description: 'do not ask' },
  'dry-run': { kind: 'flag', description: 'only say what would be done' },
} as const satisfies OptionSpecs;

interface Change {
  readonly op: 'install' | 'use' | 'remove';
  readonly key: string;
  /** What will happen, as a sentence. */
  readonly what: string;
}

/** Changes the keys of all nodes once that is agreed to; gives the code to end with. */
export async function changeKeyring(
  { op, key, what }: Change,
  options: { readonly yes: boolean; readonly 'dry-run': boolean },
  context: Context,
): Promise<number> {
  const { agent, terminal } = context;
  if (options['dry-run']) {
    const keys = await agent.ask('GET /agent/keyring', {});
    terminal.note(`nothing is done; with it, ${escaped(what)}`);
    return showKeys(keys, terminal);
  }
  if (!options.yes && !(await confirmed(what, context))) return 1;
  return showKeys(await agent.ask('POST /agent/keyring', { body: { op, key } }), terminal);
}
