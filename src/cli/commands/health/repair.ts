import type { AgentClient } from '../../client.ts';
import { defineCommand } from '../../command.ts';
import { confirmed } from '../../confirm.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';
import { readInputs } from '../../mob/inputs.ts';
import { serviceExit, serviceLines } from '../../service-text.ts';

/** A repair may take its time, and so may the checks after it. */
const PATIENCE_MS = 180_000;

export default defineCommand({
  arguments: '<SERVICE> [CHECK] [ACTION]',
  options: {
    check: {
      kind: 'value',
      placeholder: 'CHECK',
      description: 'the check; the only one that offers the action when left out',
    },
    action: { kind: 'value', placeholder: 'ACTION', description: 'what to do' },
    arg: { kind: 'values', placeholder: 'VALUE', description: 'an argument; may be given more than once' },
    kwarg: { kind: 'values', placeholder: 'NAME=VALUE', description: 'a named argument; may be given more than once' },
    inputs: { kind: 'value', placeholder: 'INPUTS', description: 'arguments in one word: 1,2,name=value' },
    node: { kind: 'value', placeholder: 'NODE', description: 'the node of the zone whose service it is' },
    yes: { kind: 'flag', description: 'do not ask' },
    'dry-run': { kind: 'flag', description: 'only tell what would be done' },
  },
  examples: [
    'health repair myservice InstallKeyFile --yes',
    'health repair myservice MyHealthCheck InstallKeyFile --kwarg path=/etc/key --dry-run',
  ],
  route: 'POST /health-services/NAME/repair',
  async run({ args: [name = '', ...words], options }, context) {
    const { agent, terminal } = context;
    const action = options.action ?? words.at(-1);
    const healthcheck = options.check ?? (options.action === undefined ? words[words.length - 2] : words[0]);
    if (action === undefined)
      throw new UsageError('name the action that is to be done: opsbro health repair SERVICE [CHECK] ACTION');
    const inputs = readInputs(options.inputs);
    const body = {
      ...{ action, dry_run: options['dry-run'], async: false },
      ...(healthcheck !== undefined && { healthcheck }),
      ...(options.node !== undefined && { node: options.node }),
      args: [...inputs.args, ...options.arg],
      kwargs: { ...inputs.kwargs, ...named(options.kwarg) },
    };
    const what = `${action} is done to ${name}${options.node === undefined ? '' : ` of ${options.node}`}`;
    if (!options.yes && !options['dry-run'] && !(await confirmed(escaped(what), context))) return 1;
    const done = await ask(agent, { params: { name }, body });
    terminal.show(done, () => {
      const lines = done.dry_run ? planLines(done, action) : endLines(done, action);
      for (const line of [...lines, ...(done.status ? serviceLines(done.status) : [])]) terminal.line(line);
    });
    if (done.dry_run) return done.refusal === '' ? 0 : 2;
    return done.status ? serviceExit(done.status) : 0;
  },
});

type Done = Awaited<ReturnType<typeof ask>>;

const ask = (agent: AgentClient, asked: Parameters<typeof agent.ask<'POST /health-services/:name/repair'>>[1]) =>
  agent.ask('POST /health-services/:name/repair', asked, { timeoutMs: PATIENCE_MS });

function planLines({ argv, user, refusal }: Done, action: string): string[] {
  const command = `${argv.join(' ')}${user === null ? '' : ` (as ${user})`}`;
  const plan = argv.length > 0 ? `would run: ${command}` : `would call the function ${action}`;
  return [plan, ...(refusal === '' ? [] : [`would be refused: ${refusal}`])].map(escaped);
}

function endLines({ result }: Done, action: string): string[] {
  if (!result) return [];
  const { fixed, attempt, max_attempts: most, output } = result;
  const printed = output.trim() === '' ? [] : output.trim().split('\n');
  const end = `${action}: ${fixed ? 'repaired' : 'not repaired'} (attempt ${attempt} of ${most})`;
  return [end, ...printed.map((line) => `    | ${line}`)].map(escaped);
}

function named(written: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    written.map((item) => {
      const at = item.indexOf('=');
      if (at < 1) throw new UsageError(`--kwarg: "${item}" is no NAME=VALUE`);
      return [item.slice(0, at), item.slice(at + 1)];
    }),
  );
}
