import type { KeyWish } from '../agent/local-zones.ts';
import { failedWith } from '../base/errors.ts';
import type { Api } from '../http/api.ts';
import type { Context } from './command.ts';
import { escaped } from './escape.ts';
import { homeOf } from './find-agent.ts';

type Reloaded = Api['POST /agent/zones-keys/reload/:zone']['answer'];

/** Writes the key of a zone on this machine and lets the agent take it over, if one runs. Gives the exit code. */
export async function putZoneKey(wish: KeyWish, context: Context): Promise<number> {
  const { terminal, globals, world } = context;
  const { writeZoneKey } = await import('../agent/local-zones.ts');
  const written = await writeZoneKey(homeOf(globals, world), wish);
  const reloaded = await reload(wish.zone, context);
  const shown = { zone: wish.zone, ...written, reloaded: reloaded !== undefined };
  terminal.show(shown, () => terminal.line(`${escaped(written.path)}  ${written.fingerprint}`));
  if (reloaded === undefined) {
    terminal.note(
      `note: ${globals.local ? '' : 'no agent is running; '}the key counts from the next start of the agent`,
    );
  } else if (reloaded.key_problem !== '') {
    terminal.error(`error: the agent cannot use it: ${escaped(reloaded.key_problem)}`);
    return 2;
  } else if (reloaded.restart_needed) {
    terminal.note('note: the agent listens where it did; restart it, so that it listens on all interfaces');
  }
  terminal.note(
    `note: every node of zone ${wish.zone} needs this file; nodes with another key, or none, are not heard`,
  );
  return 0;
}

async function reload(zone: string, { agent, globals }: Context): Promise<Reloaded | undefined> {
  if (globals.local) return undefined;
  try {
    return await agent.ask('POST /agent/zones-keys/reload/:zone', { params: { zone } });
  } catch (error) {
    if (failedWith(error, 'unreachable')) return undefined;
    throw error;
  }
}
