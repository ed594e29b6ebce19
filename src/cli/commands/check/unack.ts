import { acknowledgeRoutes } from '../../acknowledging.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<ID>',
  options: { node: { kind: 'value', placeholder: 'NODE', description: 'the node that has the problem' } },
  examples: ['check unack linux/disks', 'check unack linux/disks --node node2'],
  route: 'DELETE /monitoring/checks/ID/ack',
  async run({ args: [id = ''], options: { node } }, { agent, terminal }) {
    const body = node === undefined ? {} : { node };
    const alert = await agent.ask(acknowledgeRoutes(id).remove, { params: { id }, body });
    terminal.show(alert, () =>
      terminal.line(`${escaped(id)} on ${escaped(alert.node.name)} is not acknowledged any more`),
    );
  },
});
