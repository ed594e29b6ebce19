import { type PipeWritten, writeToPipe } from '../net/command-pipe.ts';
import type { Host } from '../net/host.ts';

/** The daemons that take results by a pipe for commands. */
export const MONITORING_TOOLS = ['shinken', 'nagios'] as const;

/** One of the two; they differ in where things are and in what templates they take. */
export type MonitoringTool = (typeof MONITORING_TOOLS)[number];

/** Where the pipe of each tool usually is. */
const PIPES: Readonly<Record<MonitoringTool, readonly string[]>> = {
  shinken: ['/var/lib/shinken/nagios.cmd', '/var/lib/shinken/shinken.cmd'],
  nagios: ['/var/lib/nagios4/rw/nagios.cmd', '/var/lib/nagios3/rw/nagios.cmd', '/usr/local/nagios/var/rw/nagios.cmd'],
};

/** Where the pipe for results may be: as it is written, or when nothing is, where the tool usually has it. */
export const pipesOf = (tool: MonitoringTool, written: string): readonly string[] =>
  written === '' ? PIPES[tool] : [written];

/** Writes lines to the first of these pipes that is there; never waits for a reader, and does not throw. */
export async function handIn(
  pipes: readonly string[],
  lines: readonly string[],
  host: Pick<Host, 'exists'>,
): Promise<PipeWritten> {
  for (const path of pipes) if (await host.exists(path)) return writeToPipe(path, lines);
  return { count: 0, reason: `there is no ${pipes.join(' and no ')}` };
}
