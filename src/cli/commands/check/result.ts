import { checkLines } from '../../check-text.ts';
import { defineCommand } from '../../command.ts';
import { UsageError } from '../../failure.ts';

const STATES = ['ok', 'warning', 'critical', 'unknown'] as const;

export default defineCommand({
  arguments: '<ID> <STATE> <OUTPUT>',
  options: {
    perfdata: { kind: 'value', placeholder: 'P', description: 'measured values, such as "time=0.1s;1;2"' },
    ttl: { kind: 'value', placeholder: 'D', description: 'how long it holds until the next result' },
  },
  examples: ['check result backup/nightly ok "copied 3 files"', 'check result app/queue 2 full --perfdata "length=90"'],
  route: 'POST /monitoring/checks/ID/result',
  async run({ args: [id = '', written = '', output = ''], options }, { agent, terminal }) {
    const state = stateOf(written);
    const { perfdata, ttl } = options;
    const taken = await agent.ask('POST /monitoring/checks/:id*/result', {
      params: { id },
      body: { state, output, ...(perfdata !== undefined && { perfdata }), ...(ttl !== undefined && { ttl }) },
    });
    terminal.show(taken, () => {
      for (const line of checkLines(taken, terminal)) terminal.line(line);
    });
  },
});

function stateOf(written: string): (typeof STATES)[number] {
  const state = /^[0-3]$/.test(written)
    ? STATES[Number(written)]
    : STATES.find((each) => each === written.toLowerCase());
  if (state) return state;
  throw new UsageError(`"${written}" is no state of a check; write ${STATES.join(', ')}, or 0 to 3`);
}
