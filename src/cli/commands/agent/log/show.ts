import { failedWith, OpsbroError } from '../../../../base/errors.ts';
import { type Context, defineCommand } from '../../../command.ts';
import { escaped } from '../../../escape.ts';
import { UsageError } from '../../../failure.ts';
import { homeOf, isHere } from '../../../find-agent.ts';
import { secondsOf } from '../../../instant.ts';
import { linesOfPart } from '../../../log-files.ts';

const USUAL_LINES = 50;

export default defineCommand({
  arguments: '<PART>',
  options: {
    lines: { kind: 'value', placeholder: 'N', description: 'the newest N lines; 50 when left out' },
    since: { kind: 'value', placeholder: 'D', description: 'from then on: 2h, or 2026-01-02 15:04' },
  },
  examples: ['agent log show gossip', 'agent log show daemon --lines 500 --since 1d'],
  route: 'none',
  local: 'itself',
  async run({ args: [part = ''], options }, context) {
    const { terminal } = context;
    if (!/^[a-z][\w.-]*$/.test(part))
      throw new UsageError(`"${part}" is no part of the log; see opsbro agent log list`);
    const directory = await directoryOf(context);
    const since = options.since === undefined ? {} : { since: secondsOf('--since', options.since) * 1_000 };
    const lines = linesOfPart(directory, part, { lines: countOf(options.lines), ...since });
    if (lines === undefined)
      throw new OpsbroError(
        'unreachable',
        `there is no log of "${part}" in ${directory}; an agent writes files when log_stdout is false (see opsbro agent log follow)`,
      );
    terminal.show(lines, () => {
      for (const line of lines) terminal.line(escaped(line));
    });
    return 0;
  },
});

function countOf(written: string | undefined): number {
  if (written === undefined) return USUAL_LINES;
  if (/^[1-9]\d{0,5}$/.test(written)) return Number(written);
  throw new UsageError(`--lines: "${written}" is no number of lines`);
}

/** Where a running agent writes; without one, where one of this home would. */
async function directoryOf({ agent, globals, world }: Context): Promise<string> {
  try {
    const info = await agent.ask('GET /agent/info', {});
    if (isHere(info, globals, world)) return info.home.log;
  } catch (error) {
    if (failedWith(error, 'unreachable')) return homeOf(globals, world).log;
    throw error;
  }
  const message =
    'the log lies on the machine of the agent; run this there, or see what comes with opsbro agent log follow';
  throw new OpsbroError('not_supported', message);
}
