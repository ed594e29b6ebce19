import { checkLines } from '../../check-text.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';
import { whenInitialized } from '../../initialized.ts';

const STATES = ['ok', 'warning', 'critical', 'unknown', 'pending'];

export default defineCommand({
  arguments: '[NODE]',
  options: {
    state: { kind: 'value', placeholder: 'S', description: 'only checks in this state' },
    pack: { kind: 'value', placeholder: 'P', description: 'only checks of this pack' },
  },
  examples: ['monitoring state', 'monitoring state node2 --state critical'],
  route: 'GET /monitoring/state',
  async run({ args: [node], options }, context) {
    const wanted = options.state?.toLowerCase();
    if (wanted !== undefined && !STATES.includes(wanted)) {
      throw new UsageError(`--state: "${options.state}" is no state of a check; possible: ${STATES.join(', ')}`);
    }
    await whenInitialized(context);
    const { agent, terminal } = context;
    const found =
      node === undefined
        ? await agent.ask('GET /monitoring/state', {})
        : await agent.ask('GET /monitoring/state/:ref', { params: { ref: node } });
    const checks = Object.entries(found.checks)
      .filter(([, { state }]) => wanted === undefined || state === wanted)
      .filter(([, { pack_name }]) => options.pack === undefined || pack_name === options.pack);
    terminal.show({ ...found, checks: Object.fromEntries(checks) }, () => {
      if (node !== undefined) terminal.title(escaped(found.name));
      for (const [, check] of checks) for (const line of checkLines(check, terminal)) terminal.line(line);
      if (checks.length === 0) terminal.note('no checks');
    });
  },
});
