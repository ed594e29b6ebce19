import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { evidenceText } from '../../evidence-text.ts';

export default defineCommand({
  arguments: '<NODE>',
  options: { since: { kind: 'value', placeholder: 'D', description: 'only what is not older: 10m' } },
  examples: ['gossip why web1', 'gossip why web1 --since 10m'],
  route: 'GET /agent/members/:ref/why',
  async run({ args: [ref = ''], options }, { agent, terminal }) {
    const query = options.since === undefined ? {} : { since: options.since };
    const answer = await agent.ask('GET /agent/members/:ref/why', { params: { ref }, query });
    terminal.show(answer, () => {
      const by = Math.max(0, ...answer.evidence.map((evidence) => escaped(evidence.by).length));
      for (const evidence of answer.evidence) {
        const { text, detail } = evidenceText(evidence);
        const teller = terminal.paint(escaped(evidence.by).padEnd(by), 'magenta');
        terminal.line([terminal.time(evidence.at), teller, text, escaped(detail)].join('  ').trimEnd());
      }
      if (answer.evidence.length === 0) terminal.note('nothing is remembered of it');
      if (answer.summary !== '') terminal.line(escaped(answer.summary));
    });
  },
});
