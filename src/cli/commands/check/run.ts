import { CHECK_STATES, stateId } from '../../../model/check.ts';
import { checkLines } from '../../check-text.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<ID>',
  options: { nagios: { kind: 'flag', description: 'one line and the exit code of a Nagios plugin' } },
  examples: ['check run linux/cpu', 'check run linux/memory --nagios'],
  route: 'POST /monitoring/checks/ID/run',
  local: 'groups',
  async run({ args: [id = ''], options }, { agent, terminal }) {
    const ran = await agent.ask('POST /monitoring/checks/:id*/run', { params: { id } });
    const perfdata = (ran.perfdata ?? []).join(' ');
    terminal.show(ran, () => {
      if (options.nagios) return terminal.line(escaped(perfdata === '' ? ran.output : `${ran.output} | ${perfdata}`));
      for (const line of checkLines(ran, terminal)) terminal.line(line);
      if (perfdata !== '') terminal.line(`    | ${escaped(perfdata)}`);
    });
    return options.nagios ? Math.min(stateId(ran.state), CHECK_STATES.length - 1) : 0;
  },
});
