import { OpsbroError } from '../../../base/errors.ts';
import type { Api } from '../../../http/api.ts';
import type { AgentClient } from '../../client.ts';
import { defineCommand } from '../../command.ts';
import { mutedLine, whoseOf } from '../../mute-text.ts';

export default defineCommand({
  arguments: '[ID]',
  examples: ['maintenance stop', 'maintenance stop 5f1c2d3e4a5b'],
  route: 'DELETE /monitoring/maintenance/ID',
  async run({ args: [id] }, { agent, terminal }) {
    const ended: Api['DELETE /monitoring/maintenance/:id']['answer'][] = [];
    for (const each of id === undefined ? await ownWindows(agent) : [id])
      ended.push(await agent.ask('DELETE /monitoring/maintenance/:id', { params: { id: each } }));
    terminal.show(ended, () => {
      for (const each of ended)
        terminal.line(mutedLine(`maintenance ${each.id} of ${whoseOf(each)} is over`, each, terminal));
    });
  },
});

/** The ids of the windows that were made for this node alone. Throws `not_found` when there are none. */
async function ownWindows(agent: AgentClient): Promise<string[]> {
  const { uuid, name } = await agent.ask('GET /agent/members/:ref', { params: { ref: 'self' } });
  const windows = await agent.ask('GET /monitoring/maintenance', {});
  const own = windows.filter(({ node, state }) => state !== 'ended' && (node === uuid || node === name));
  if (own.length === 0)
    throw new OpsbroError('not_found', 'this node has no maintenance of its own; `maintenance list` shows all');
  return own.map(({ id }) => id);
}
