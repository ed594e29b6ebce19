import { OpsbroError } from '../../../base/errors.ts';
import { didYouMean } from '../../../base/nearest.ts';
import { problemLine } from '../../../model/pack.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { packEntries } from '../../pack-entries.ts';
import type { Terminal } from '../../terminal.ts';

type Entry = ReturnType<typeof packEntries>[number];

export default defineCommand({
  arguments: '[NAME]',
  examples: ['packs show', 'packs show linux'],
  route: 'GET /packs',
  async run({ args: [wanted] }, { agent, terminal }) {
    const entries = packEntries(await agent.ask('GET /packs', {}));
    const shown = entries.filter(({ name }) => wanted === undefined || name === wanted);
    if (wanted !== undefined && shown.length === 0) {
      const hint = didYouMean(
        wanted,
        entries.map(({ name }) => name),
      );
      throw new OpsbroError('not_found', `no pack is named "${wanted}"${hint}`);
    }
    terminal.show(shown, () => {
      for (const pack of shown) print(pack, terminal);
    });
  },
});

function print({ level, name, version, description, topics, parameters, problems }: Entry, terminal: Terminal): void {
  terminal.title(`${level} > ${escaped(name)}`);
  if (description !== '') terminal.line(escaped(description));
  if (version !== '') terminal.line(`version: ${escaped(version)}`);
  if (topics.length > 0) terminal.line(`topics: ${escaped(topics.join(', '))}`);
  for (const [key, value] of Object.entries(parameters)) {
    terminal.line(`  ${escaped(key)} = ${escaped(typeof value === 'string' ? value : JSON.stringify(value))}`);
  }
  for (const problem of problems) terminal.line(`  ${problem.level}: ${escaped(problemLine(problem))}`);
}
