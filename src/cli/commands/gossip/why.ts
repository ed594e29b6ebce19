import type { Api } from '../../../http/api.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { evidenceText } from '../../evidence-text.ts';
import type { Terminal } from '../../terminal.ts';

type Answer = Api['GET /agent/members/:ref/why']['answer'];

export default defineCommand({
  arguments: '<NODE>',
  options: {
    since: { kind: 'value', placeholder: 'D', description: 'only what is not older: 10m' },
    all: { kind: 'flag', description: 'ask every living node, and rank who accused others' },
  },
  examples: ['gossip why web1', 'gossip why web1 --since 10m --all'],
  route: 'GET /agent/members/:ref/why',
  async run({ args: [ref = ''], options }, { agent, terminal }) {
    const query = {
      ...(options.since !== undefined && { since: options.since }),
      ...(options.all && { all: '1' as const }),
    };
    const answer = await agent.ask('GET /agent/members/:ref/why', { params: { ref }, query });
    terminal.show(answer, () => {
      showEvidence(answer, terminal);
      showAccusers(answer, terminal);
      if (answer.summary !== '') terminal.line(escaped(answer.summary));
    });
  },
});

function showEvidence({ evidence }: Answer, terminal: Terminal): void {
  const by = Math.max(0, ...evidence.map((each) => escaped(each.by).length));
  for (const each of evidence) {
    const { text, detail } = evidenceText(each);
    const teller = terminal.paint(escaped(each.by).padEnd(by), 'magenta');
    const witness = each.witness === undefined || each.witness === each.by ? '' : `told by ${escaped(each.witness)}`;
    terminal.line(
      [terminal.time(each.at), teller, text, escaped(detail), witness].filter((part) => part !== '').join('  '),
    );
  }
  if (evidence.length === 0) terminal.note('nothing is remembered of it');
}

/** Who accused whom, when the whole pool was asked, and who did not answer. */
function showAccusers({ accusers = [], answered = [], silent = {} }: Answer, terminal: Terminal): void {
  for (const { name, accused, healthy } of accusers) {
    const others = healthy.length === 0 ? '' : `, of whom live: ${healthy.map(escaped).join(', ')}`;
    terminal.line(`${terminal.paint(escaped(name), 'magenta')} accused ${accused.length} in the last hour${others}`);
  }
  const missing = Object.entries(silent);
  if (missing.length === 0) return;
  terminal.note(`${missing.length} of ${missing.length + answered.length} nodes did not answer:`);
  for (const [name, reason] of missing) terminal.note(`  ${escaped(name)}: ${escaped(reason)}`);
}
