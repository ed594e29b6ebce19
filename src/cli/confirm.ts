import type { Context } from './command.ts';
import { complain } from './complaint.ts';

/** Whether a person agreed to what will happen. Who cannot be asked has to say `--yes`. */
export async function confirmed(
  what: string,
  { world, terminal }: Pick<Context, 'world' | 'terminal'>,
): Promise<boolean> {
  if (!world.input.isTTY) {
    complain(terminal, 'not_confirmed', `${what}; add --yes to do it`);
    return false;
  }
  world.err.write(`${what}; type yes to continue: `);
  for await (const chunk of world.input) {
    if (Buffer.from(chunk).toString().trim() === 'yes') return true;
    break;
  }
  complain(terminal, 'not_confirmed', 'nothing is done, as nobody said yes');
  return false;
}
