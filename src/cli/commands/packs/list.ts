import { problemLine, TOPICS } from '../../../model/pack.ts';
import type { Colour } from '../../colour.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { packEntries } from '../../pack-entries.ts';
import type { Terminal } from '../../terminal.ts';

/** In the order of the topics. */
const COLOURS: readonly Colour[] = ['cyan', 'blue', 'green', 'magenta', 'yellow', 'red'];

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
      if (terminal.isColoured) terminal.line(TOPICS.map((one) => `${sign([one], terminal)} ${one}`).join('  '));
      for (const pack of entries) {
        terminal.line(headOf(pack, terminal));
        for (const problem of pack.problems) terminal.line(`    ${problem.level}: ${escaped(problemLine(problem))}`);
      }
    });
  },
});

function headOf({ level, name, topics, keywords, overloaded_by }: Entry, terminal: Terminal): string {
  const words = keywords.length === 0 ? '' : `  [keywords: ${escaped(keywords.join(', '))}]`;
  const arrow = terminal.unicode ? '→' : '->';
  const other = overloaded_by === null ? '' : `  (overloaded by ${arrow} ${overloaded_by})`;
  return `${sign(topics, terminal)} ${level} > ${terminal.paint(escaped(name), 'magenta')}${words}${other}`;
}

/** The sign of a pack, in the colour of its main topic. */
const sign = ([main = '']: readonly string[], terminal: Terminal): string =>
  terminal.paint(terminal.unicode ? '▒' : '*', COLOURS[TOPICS.indexOf(main)] ?? 'grey');
