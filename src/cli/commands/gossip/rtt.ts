import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<NODE> [NODE]',
  examples: ['gossip rtt web1', 'gossip rtt web1 web2 --json'],
  route: 'GET /agent/rtt',
  async run({ args: [first = '', second] }, { agent, terminal }) {
    const query = second === undefined ? { from: 'self', to: first } : { from: first, to: second };
    const answer = await agent.ask('GET /agent/rtt', { query });
    const { from, to, estimated_ms: estimated, measured_ms: measured } = answer;
    terminal.show(answer, () => {
      const [guess, seen] = [estimated, measured].map((ms) => (ms === null ? '-' : `${ms.toFixed(1)} ms`));
      terminal.line(`${escaped(from)} to ${escaped(to)}: estimated ${guess}, measured ${seen}`);
    });
    return estimated === null && measured === null ? 1 : 0;
  },
});
