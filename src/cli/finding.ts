import type { Finding } from './client.ts';
import type { GlobalOptions } from './command.ts';
import { authorityOf, tokenOf } from './credentials.ts';
import { findAgent, otherPlace } from './find-agent.ts';
import type { World } from './world.ts';

/** How a command finds the agent that it is to ask, by its options and the environment. */
export const findingOf = (globals: GlobalOptions, world: World): Finding => ({
  find: () => findAgent(globals, world),
  elsewhere: (reason) => otherPlace(reason, globals, world),
  token: () => tokenOf(globals, world),
  authority: () => authorityOf(globals, world),
});
