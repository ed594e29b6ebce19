import { z } from 'zod';
import { duration, text } from '../config/fields.ts';
import type { Alert, Message } from '../model/alert.ts';
import { messageJson } from '../model/message-json.ts';
import { withinBytes, withoutControls } from '../model/plugin-output.ts';
import type { Ended, Host } from '../net/host.ts';
import { Undeliverable } from '../plugins/delivery.ts';
import { defineHandler } from '../plugins/kinds.ts';
import { refusalOf } from '../plugins/path-owners.ts';
import { environmentOf, invocationOf, runnerOf, USUAL_RULES } from '../plugins/script-command.ts';

/** `EX_TEMPFAIL`: the program asks to be started again later. */
const LATER = 75;
const LONGEST_SAID = 500;
const LONGEST_VALUE = 4_096;

const Options = z.object({
  command: z
    .union([z.string().min(1), z.array(text()).min(1)])
    .describe('A line as for a shell, or a list of arguments. The message comes as JSON on the standard input.'),
  timeout: duration(1).prefault('30s').describe('Time after which the program and its children are ended.'),
  run_as: z.string().optional().describe('User it runs as, when the agent is root.'),
  trust_paths: z.boolean().default(false).describe('true: who may write to the program is not looked at.'),
});
type Options = z.output<typeof Options>;

export default defineHandler({
  name: 'script',
  description: 'Starts a program for each message, as notification scripts of Nagios expect it.',
  options: Options,

  configure: (options) => ({
    async notify(message, signal, { host }) {
      for (const alert of message.alerts) await start(alert, { message, options, host, signal });
      return undefined;
    },
  }),
});

interface Start {
  readonly message: Message;
  readonly options: Options;
  readonly host: Host;
  readonly signal: AbortSignal;
}

async function start(alert: Alert, { message, options, host, signal }: Start): Promise<void> {
  const names = namesOf(alert, message);
  const invocation = await invocationOf(options.command, (name) => names[name], host, USUAL_RULES);
  const [program] = invocation.argv;
  const runner = await runnerOf(options.run_as, host);
  if (typeof runner === 'string') throw new Undeliverable(runner);
  const refusal = options.trust_paths ? undefined : await refusalOf(program ?? '', host);
  if (refusal !== undefined) throw new Undeliverable(refusal);
  const ended = await host.run(
    {
      argv: [...runner.prefix, ...invocation.argv] as [string, ...string[]],
      env: { ...(await environmentOf(runner, host)), ...names, ...invocation.env },
      cwd: '/',
      timeoutMs: options.timeout,
      input: JSON.stringify(messageJson({ ...message, alerts: [alert] })),
    },
    signal,
  );
  judge(ended, options);
}

function judge({ exit, signal, timedOut, stdout, stderr }: Ended, { timeout }: Options): void {
  if (exit === 0 && !timedOut) return;
  const said = withinBytes(withoutControls(stderr.trim() === '' ? stdout : stderr).trim(), LONGEST_SAID);
  const end = timedOut
    ? `timeout after ${timeout / 1_000}s`
    : signal === null
      ? `exit code ${exit}`
      : `killed by ${signal}`;
  const message = said === '' ? end : `${end}: ${said}`;
  throw timedOut || exit === LATER ? new Error(message) : new Undeliverable(message);
}

/** What a program finds in its environment. */
function namesOf(alert: Alert, { action, at, isTest }: Message): Record<string, string> {
  const { node, name, displayName, kind, state, oldState, severity, output, id } = alert;
  const [line = ''] = withoutControls(output).split('\n', 1);
  const said = withinBytes(isTest ? `TEST ${line}` : line, LONGEST_VALUE);
  return {
    OPSBRO_ACTION: action,
    OPSBRO_KIND: kind,
    OPSBRO_NODE: node.name,
    OPSBRO_CHECK: name,
    OPSBRO_STATE: state,
    OPSBRO_OLD_STATE: oldState,
    OPSBRO_SEVERITY: severity,
    OPSBRO_OUTPUT: said,
    OPSBRO_ALERT: id,
    OPSBRO_TIME: String(Math.floor(at / 1_000)),
    ...(isTest && { OPSBRO_TEST: '1' }),
    NAGIOS_HOSTNAME: node.name,
    NAGIOS_SERVICEDESC: kind === 'node' ? '' : displayName || name,
    NAGIOS_SERVICESTATE: severity.toUpperCase(),
    NAGIOS_SERVICESTATETYPE: 'HARD',
    NAGIOS_SERVICEOUTPUT: said,
    NAGIOS_NOTIFICATIONTYPE: notificationType(alert, action),
  };
}

/** What Nagios calls the reason of a message. */
function notificationType({ severity, flapping }: Alert, action: Message['action']): string {
  if (action === 'acked') return 'ACKNOWLEDGEMENT';
  if (action === 'flapping') return flapping ? 'FLAPPINGSTART' : 'FLAPPINGSTOP';
  return severity === 'ok' ? 'RECOVERY' : 'PROBLEM';
}
