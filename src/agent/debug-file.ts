import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { World } from './world.ts';

/** Writes the state of the agent beside its log, `debug-<epoch seconds>.json`, for its owner only. A failure is for the log. */
export function writeDebugFile({ home, clock, log }: Pick<World, 'home' | 'clock' | 'log'>, state: unknown): void {
  const path = join(home.log, `debug-${Math.floor(clock.wall() / 1_000)}.json`);
  try {
    writeFileSync(path, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
    log.logger.info({ path }, 'the state of the agent was written');
  } catch (error) {
    log.logger.error({ path, reason: messageOf(error) }, 'the state of the agent cannot be written');
  }
}
