import { z } from 'zod';
import type { Alert, Message } from '../../model/alert.ts';
import { CHECK_STATES } from '../../model/check.ts';
import type { Host } from '../../net/host.ts';
import { type Desk, TryLater } from '../../plugins/delivery.ts';
import type { Channel } from '../../plugins/kinds.ts';
import { longServiceName, shortServiceName } from '../../plugins/nagios-names.ts';
import { handIn, type MonitoringTool, pipesOf } from '../../plugins/nagios-pipes.ts';
import { hostResultLine, serviceResultLine } from '../../plugins/nagios-results.ts';

const RETRY_MS = 5_000;

/** The options of a handler that hands results to a monitoring daemon. */
export const PipeOptions = z.object({
  external_command_file: z
    .string()
    .default('')
    .describe('The named pipe of the daemon for commands; where it usually is when left out.'),
  cfg_path: z
    .string()
    .default('/etc/shinken/agent')
    .describe(
      'Directory with the files of the export, which tell how services are called that have the same last part.',
    ),
});
export type PipeOptions = z.output<typeof PipeOptions>;

/** Hands the state of each check and each node that a message is about to a monitoring daemon. */
export function pipeChannel(tool: MonitoringTool, { external_command_file: file, cfg_path }: PipeOptions): Channel {
  const pipes = pipesOf(tool, file);
  return {
    async notify(message: Message, _signal: AbortSignal, { host }: Desk) {
      const lines = [];
      // A test is no result: it only shows whether the pipe is there and read.
      for (const alert of message.isTest ? [] : message.alerts) {
        const line = await lineOf(alert, { at: message.at, directory: cfg_path, host });
        if (line !== undefined) lines.push(line);
      }
      const { reason } = await handIn(pipes, lines, host);
      if (reason !== '') throw new TryLater(reason, RETRY_MS);
      if (message.isTest) return { remark: 'the pipe is read; a test hands nothing in' };
      const left = message.alerts.length - lines.length;
      return left === 0 ? undefined : { remark: `${left} left out: ${tool} knows only checks and nodes` };
    },
  };
}

interface Handing {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly directory: string;
  readonly host: Pick<Host, 'readFile'>;
}

/** The command for an alert; `undefined` for what is neither a check nor a node. */
async function lineOf(alert: Alert, { at, directory, host }: Handing): Promise<string | undefined> {
  const { kind, node, name, stateId, output, longOutput, perfdata, severity } = alert;
  const hostId = node.uuid;
  if (kind === 'node') {
    return hostResultLine({ hostId, state: severity === 'ok' ? 'alive' : 'dead', text: output, at });
  }
  if (kind !== 'check') return undefined;
  const service = await serviceOf(name, `${directory}/${hostId}.cfg`, host);
  const state = CHECK_STATES[stateId] ?? 'unknown';
  return serviceResultLine({ hostId, service, state, output, longOutput, perfdata, at });
}

/** What the file of the node calls a check; without such a file the short name. */
async function serviceOf(id: string, path: string, host: Pick<Host, 'readFile'>): Promise<string> {
  const written = await host.readFile(path).catch(() => '');
  const names = new Set(written.split('\n').map((line) => /^\s*service_description\s+(.+)$/.exec(line)?.[1]));
  const short = shortServiceName(id);
  if (names.has(short)) return short;
  return [longServiceName(id), `Agent-${id}`].find((name) => names.has(name)) ?? short;
}
