import { problemLine } from '../../../model/pack.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { packEntries } from '../../pack-entries.ts';
import type { Terminal } from '../../terminal.ts';

type Entry = ReturnType<typeof packEntries>[number];

export default defineCommand({
  options: { topic: { kind: 'value', placeholder: 'T', description: 'only packs of this topic' } },
  examples: ['packs list', 'packs list --topic monitoring'],
  route: 'GET /packs',
  local: 'files',
  async run({ options: { topic } }, { agent, terminal }) {
    const packs = await agent.ask('GET /packs', {});
    const entries = packEntries(packs).filter(({ topics }) => topic === undefined || topics.includes(topic));
    terminal.show(packs, () => {
      for (const pack of entries) {
        terminal.line(headOf(pack, terminal));
        for (const problem of pack.problems) terminal.line(`    ${problem.level}: ${escaped(problemLine(problem))}`);
      }
    });
  },
});

function headOf({ level, name, keywords, overloaded_by }: Entry, terminal: Terminal): string {
  const [sign, arrow] = terminal.unicode ? ['▒', '→'] : ['*', '->'];
  const words = keywords.length === 0 ? '' : `  [keywords: ${escaped(keywords.join(', '))}]`;
  const other = overloaded_by === null ? '' : `  (overloaded by ${arrow} ${overloaded_by})`;
  return `${sign} ${level} > ${terminal.paint(escaped(name), 'magenta')}${words}${other}`;
}
