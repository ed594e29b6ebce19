import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<ADDR...>',
  examples: ['gossip join 192.168.1.10', 'gossip join 127.0.0.2:6768 [::1]:6768'],
  route: 'POST /agent/join',
  async run({ args }, { agent, terminal }) {
    const answer = await agent.ask('POST /agent/join', { body: { seeds: [...args] } });
    const linked = Object.entries(answer.linked ?? {});
    terminal.show(answer, () => {
      for (const zone of new Set(linked.map(([, each]) => each))) terminal.line(`linked to zone ${escaped(zone)}`);
      if (linked.length < args.length) terminal.line(`joined ${answer.joined} of ${args.length - linked.length}`);
    });
    for (const [seed, why] of Object.entries(answer.errors)) terminal.error(`error: ${escaped(named(seed, why))}`);
    return answer.joined + linked.length > 0 ? 0 : 1;
  },
});

/** A reason that already says which address it is about stands alone. */
const named = (seed: string, why: string): string => (why.includes(seed) ? why : `${seed}: ${why}`);
