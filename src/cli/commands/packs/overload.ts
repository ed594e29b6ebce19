import { defineCommand } from '../../command.ts';
import { packName } from '../../dotted-name.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<LEVEL.NAME>',
  options: {
    'to-level': { kind: 'value', placeholder: 'L', description: 'zone, global or local; local when left out' },
  },
  examples: ['packs overload global.linux', 'packs overload core.core-gossip --to-level zone'],
  route: 'POST /packs/overload',
  local: 'files',
  async run({ args: [written = ''], options }, { agent, terminal }) {
    const { level, pack } = packName(written);
    const done = await agent.ask('POST /packs/overload', { body: { level, pack, to: options['to-level'] ?? 'local' } });
    const how = `is now overload at level ${done.level} in the directory ${done.dir}`;
    terminal.show(done, () => terminal.line(escaped(`SUCCESS: Pack ${pack} (from level ${level}) ${how}`)));
  },
});
