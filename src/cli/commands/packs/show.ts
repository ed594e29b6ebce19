import { OpsbroError } from '../../../base/errors.ts';
import { didYouMean } from '../../../base/nearest.ts';
import { problemLine } from '../../../model/pack.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { packEntries } from '../../pack-entries.ts';
import { valueText } from '../../parameter-text.ts';
import type { Terminal } from '../../terminal.ts';

type Entry = ReturnType<typeof packEntries>[number];

export default defineCommand({
  arguments: '[NAME]',
  examples: ['packs show', 'packs show linux'],
  route: 'GET /packs',
  local: 'files',
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

function print(pack: Entry, terminal: Terminal): void {
  const { level, name, version, description, topics, objects, parameters, problems } = pack;
  terminal.title(`${level} > ${escaped(name)}`);
  if (description !== '') terminal.line(escaped(description));
  if (version !== '') terminal.line(`version: ${escaped(version)}`);
  if (topics.length > 0) terminal.line(`topics: ${escaped(topics.join(', '))}`);
  const counts = Object.entries(objects).map(([type, count]) => `${count} ${type}`);
  if (counts.length > 0) terminal.line(`objects: ${escaped(counts.join(', '))}`);
  for (const [key, parameter] of Object.entries(parameters)) {
    terminal.line(`  ${escaped(key)} = ${escaped(valueText(parameter.value))} ${escaped(standing(parameter))}`);
  }
  for (const problem of problems) terminal.line(`  ${problem.level}: ${escaped(problemLine(problem))}`);
}

function standing(parameter: Entry['parameters'][string]): string {
  const { is_missing, is_valid, is_default, have_default, default_value } = parameter;
  if (is_missing) return 'MISSING';
  if (!is_valid) return 'INVALID';
  if (is_default) return '(is default)';
  return have_default ? `(default=${valueText(default_value)})` : '';
}
