import { failedWith } from '../../../base/errors.ts';
import { type Context, defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { sentenceOf } from '../../failure.ts';

/** What a Nagios takes, by health. */
const NAGIOS = { ok: 0, degraded: 1, failed: 2 } as const;
const UNKNOWN = 3;
const WORDS = ['OK', 'WARNING', 'CRITICAL'] as const;

export default defineCommand({
  options: {
    nagios: { kind: 'flag', description: 'one line and the exit codes of a Nagios plugin' },
    strict: { kind: 'flag', description: 'end with 1 when it is degraded' },
  },
  examples: ['agent health', 'agent health --nagios'],
  route: 'GET /agent/health',
  async run({ options: { nagios, strict } }, context) {
    return nagios ? await asPlugin(context) : await forPeople(context, { isStrict: strict });
  },
});

async function forPeople({ agent, terminal }: Context, { isStrict }: { readonly isStrict: boolean }): Promise<number> {
  const { health, reasons, parts } = await agent.ask('GET /agent/health', {});
  const state = await agent.ask('GET /agent/state', {});
  terminal.show({ state, health, reasons, parts }, () => {
    terminal.line(`state: ${state}, health: ${health}`);
    for (const { part, text, since } of reasons)
      terminal.line(`  ${escaped(part)}: ${escaped(text)} (since ${terminal.time(since)})`);
    for (const { name, restarts, last_error } of parts.filter(({ restarts: times }) => times > 0))
      terminal.line(`  part ${escaped(name)} failed and went on ${restarts} times, last: ${escaped(last_error)}`);
  });
  if (health === 'failed') return 2;
  return isStrict && health === 'degraded' ? 1 : 0;
}

async function asPlugin({ agent, terminal }: Context): Promise<number> {
  try {
    const { health, reasons } = await agent.ask('GET /agent/health', {});
    const code = NAGIOS[health];
    const why = reasons.map(({ part, text }) => `${part}: ${text}`).join('; ');
    const line = escaped(`${WORDS[code]} - the agent is ${health}${why === '' ? '' : ` (${why})`}`);
    terminal.show({ health, reasons, code, output: line }, () => terminal.line(line));
    return code;
  } catch (error) {
    // Without an agent there is nobody to be well: for who is paged that is no unknown.
    const code = failedWith(error, 'unreachable') ? NAGIOS.failed : UNKNOWN;
    const line = escaped(`${code === UNKNOWN ? 'UNKNOWN' : 'CRITICAL'} - ${sentenceOf(error)}`);
    terminal.show({ health: null, reasons: [], code, output: line }, () => terminal.line(line));
    return code;
  }
}
