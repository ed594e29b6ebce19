import type { Context } from './command.ts';

/** Whether a person agreed to what will happen. Who cannot be asked has to say `--yes`. */
export async function confirmed(
  what: string,
  { world, terminal }: Pick<Context, 'world' | 'terminal'>,
): Promise<boolean> {
  if (!world.input.isTTY) {
    const message = `${what}; add --yes to do it`;
    if (terminal.json) terminal.show({ error: { code: 'not_confirmed', message } }, () => undefined);
    terminal.error(`error: ${message}`);
    return false;
  }
  world.err.write(`${what}; type yes to continue: `);
  for await (const chunk of world.input) return Buffer.from(chunk).toString().trim() === 'yes';
  return false;
}
