import { messageOf } from '../base/errors.ts';
import type { World } from './world.ts';

const LIMIT_MS = 5_000;

/**
 * Tells systemd that the agent serves, if it waits to hear that. A program of systemd's own does it, as Node cannot send to the kind of
 * socket that systemd listens on. An agent that cannot tell works on all the same.
 */
export async function tellReady(
  { host, log }: Pick<World, 'host' | 'log'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { NOTIFY_SOCKET, PATH = '' } = env;
  if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === '') return;
  const argv = ['systemd-notify', '--ready', `--pid=${process.pid}`] as const;
  try {
    const command = { argv, env: { NOTIFY_SOCKET, PATH }, timeoutMs: LIMIT_MS };
    const { exit, stderr } = await host.run(command, AbortSignal.timeout(LIMIT_MS));
    if (exit !== 0) throw new Error(stderr.trim() || `it ended with ${exit}`);
  } catch (error) {
    log.logger.warn({ reason: messageOf(error) }, 'systemd could not be told that the agent is ready');
  }
}
