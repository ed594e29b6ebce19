import { OpsbroError } from '../../../base/errors.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { packEntries } from '../../pack-entries.ts';

export default defineCommand({
  arguments: '<NAME>',
  examples: ['packs diff linux', 'packs diff linux --json'],
  route: 'GET /packs',
  async run({ args: [name = ''] }, { agent, terminal }) {
    const named = packEntries(await agent.ask('GET /packs', {})).filter((pack) => pack.name === name);
    const copy = named.find(({ overloaded_by }) => overloaded_by === null);
    if (!copy) throw new OpsbroError('not_found', `no pack is named "${name}"`);
    const original = named.findLast(({ overloaded_by }) => overloaded_by !== null);
    if (!original) throw new OpsbroError('not_found', `the pack ${name} (${copy.level}) overloads no other`);
    const { compared } = await import('../../../agent/pack-files.ts');
    const found = await compared(original.dir, copy.dir);
    terminal.show({ original: original.dir, copy: copy.dir, ...found }, () => {
      terminal.line(escaped(`${original.level} > ${name} (${original.dir})`));
      terminal.line(escaped(`${copy.level} > ${name} (${copy.dir})`));
      for (const { file, change, lines } of found.files) {
        terminal.line(escaped(`${change}: ${file}`));
        for (const line of lines) terminal.line(escaped(line));
      }
      if (found.files.length === 0) terminal.line('no difference');
      if (found.original_changed) terminal.note('note: the original was changed since it was copied');
    });
  },
});
