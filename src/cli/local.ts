import type { LocalAgent } from '../agent/local.ts';
import type { Command, GlobalOptions } from './command.ts';
import { UsageError } from './failure.ts';
import { homeOf } from './find-agent.ts';
import type { Terminal } from './terminal.ts';
import type { World } from './world.ts';

/** Who answers when no agent does. */
export interface StandIn {
  /** It is to answer in any case, whether an agent runs or not. */
  readonly isWanted: boolean;
  /** Looks at this machine, and says so. */
  open(): Promise<LocalAgent>;
}

interface Wish {
  readonly path: string;
  readonly command: Command;
  readonly globals: GlobalOptions;
  readonly terminal: Terminal;
  readonly world: World;
}

/** What may answer a command in place of an agent, if anything may. Throws a `UsageError` when that is demanded and cannot be. */
export function standInOf({ path, command, globals, terminal, world }: Wish): StandIn | undefined {
  const { local: depth, route, options = {} } = command;
  if (depth === undefined || depth === 'itself') {
    const isOwn = 'local' in options || depth === 'itself' || route === 'none';
    if (globals.local && !isOwn) throw new UsageError(`opsbro ${path} needs an agent; --local is not possible`);
    return undefined;
  }
  return {
    isWanted: globals.local,
    async open() {
      const { openLocalAgent } = await import('../agent/local.ts');
      const agent = await openLocalAgent(homeOf(globals, world), depth);
      terminal.note(`note: ${globals.local ? '' : 'no agent is running; '}looked at this machine directly`);
      return agent;
    },
  };
}
