import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { homeOf } from '../../find-agent.ts';

export default defineCommand({
  arguments: '<NAME>',
  options: { level: { kind: 'value', placeholder: 'L', description: 'global, zone or local; local when left out' } },
  examples: ['packs create shop', 'packs create shop --level global'],
  route: 'none',
  async run({ args: [name = ''], options: { level = 'local' } }, { globals, world, terminal }) {
    const { newPack } = await import('../../../agent/pack-files.ts');
    const dir = await newPack(homeOf(globals, world), name, level);
    terminal.show({ name, level, dir }, () => {
      terminal.line(escaped(`OK: Pack ${name} is made in the directory ${dir}`));
      terminal.note('note: change its files, look at them with packs check, then agent reload brings them into effect');
    });
  },
});
