import { defineCommand } from '../../command.ts';
import { countIn } from '../../count.ts';
import { escaped } from '../../escape.ts';

const MOST_MS = 300_000;
const ANSWER_MS = 10_000;
const RELAYS = { least: 0, most: 255 };

export default defineCommand({
  arguments: '<NAME> [PAYLOAD]',
  options: {
    group: { kind: 'values', placeholder: 'G', description: 'ask nodes of this group; may be given more than once' },
    node: { kind: 'values', placeholder: 'N', description: 'ask this node; may be given more than once' },
    relay: { kind: 'value', placeholder: 'N', description: 'have each answer sent through N further nodes as well' },
  },
  examples: ['gossip query uptime', 'gossip query deploy v2 --group web --timeout 10s --relay 2'],
  route: 'POST /agent/query',
  async run({ args: [name = '', payload = ''], options: { group, node, relay } }, { agent, terminal, globals }) {
    const filters = { ...(group.length > 0 && { groups: [...group] }), ...(node.length > 0 && { nodes: [...node] }) };
    const way = relay === undefined ? {} : { relay_factor: countIn('--relay', relay, RELAYS) };
    const { timeoutMs } = globals;
    const timeout = timeoutMs === undefined ? {} : { timeout: `${timeoutMs}ms` };
    const manner = { timeoutMs: (timeoutMs ?? MOST_MS) + ANSWER_MS };
    const answer = await agent.ask(
      'POST /agent/query',
      { body: { name, payload, filters, ...way, ...timeout } },
      manner,
    );
    const { answers, acks } = answer;
    terminal.show(answer, () => {
      for (const { from, payload: text } of answers) terminal.line(`${escaped(from)}: ${escaped(text)}`);
      terminal.note(`${answers.length} answered, ${acks.length} confirmed to have it`);
    });
    return answers.length + acks.length > 0 ? 0 : 1;
  },
});
