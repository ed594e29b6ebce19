import { acknowledgeRoutes } from '../../acknowledging.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { personAt, secondsAhead } from '../../until.ts';

export default defineCommand({
  arguments: '<ID>',
  options: {
    comment: { kind: 'value', placeholder: 'TEXT', description: 'what is being done about it' },
    until: { kind: 'value', placeholder: 'T', description: 'it ends by itself then: 2h, or a date' },
    node: { kind: 'value', placeholder: 'NODE', description: 'the node that has the problem' },
    sticky: { kind: 'flag', description: 'it lasts although the problem gets worse' },
  },
  examples: ['check ack linux/disks --comment "on it"', 'check ack linux/disks --node node2 --until 2h'],
  route: 'POST /monitoring/checks/ID/ack',
  async run({ args: [id = ''], options: { comment = '', until, node, sticky } }, { agent, terminal, world }) {
    const body = {
      comment,
      by: personAt(world),
      sticky,
      ...(node !== undefined && { node }),
      ...(until !== undefined && { until: secondsAhead('--until', until) }),
    };
    const alert = await agent.ask(acknowledgeRoutes(id).post, { params: { id }, body });
    terminal.show(alert, () => terminal.line(`${escaped(id)} on ${escaped(alert.node.name)} is acknowledged`));
  },
});
