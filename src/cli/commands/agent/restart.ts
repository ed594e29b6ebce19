import { spawnSync } from 'node:child_process';
import { defineCommand } from '../../command.ts';
import { complain } from '../../complaint.ts';
import { startDaemon } from '../../daemon.ts';
import { homeOf } from '../../find-agent.ts';
import { stopAgent } from '../../stopping.ts';

const UNIT = 'opsbro.service';

export default defineCommand({
  examples: ['agent restart', 'agent restart --timeout 60s'],
  route: 'POST /agent/stop',
  async run(_, context) {
    const { terminal, globals, world } = context;
    if (homeOf(globals, world).kind === 'installed' && isOfSystemd()) {
      const { status, stderr } = spawnSync('systemctl', ['restart', UNIT], { encoding: 'utf8' });
      if (status !== 0) complain(terminal, 'not_started', `systemctl restart ${UNIT}: ${stderr.trim()}`);
      else terminal.show({ restarted: UNIT }, () => terminal.line('OK'));
      return status === 0 ? 0 : 2;
    }
    if (!(await stopAgent(context, { leave: false }))) terminal.note('note: no agent was running');
    const { home, config, socket } = globals;
    const places = Object.entries({ home, config, socket });
    const words = places.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
    return await startDaemon(words, context);
  },
});

/** Whoever started the agent is to start it again, or it would do so behind our back. */
function isOfSystemd(): boolean {
  return spawnSync('systemctl', ['is-active', '--quiet', UNIT]).status === 0;
}
