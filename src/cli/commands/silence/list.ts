import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { aboutOf } from '../../mute-text.ts';

export default defineCommand({
  examples: ['silence list', 'silence list --json'],
  route: 'GET /monitoring/silences',
  async run(_, { agent, terminal }) {
    const silences = await agent.ask('GET /monitoring/silences', {});
    const columns = [
      { title: 'ID' },
      { title: 'STATE' },
      { title: 'STARTS' },
      { title: 'ENDS' },
      { title: 'FITS', align: 'right' },
      { title: 'BY' },
      { title: 'ABOUT' },
      { title: 'COMMENT' },
    ] as const;
    const rows = silences.map((silence) => [
      silence.id,
      silence.state,
      terminal.time(silence.starts * 1_000),
      terminal.time(silence.ends * 1_000),
      silence.fits === 0 ? 'nothing' : String(silence.fits),
      escaped(silence.by),
      aboutOf(silence),
      escaped(silence.comment),
    ]);
    terminal.show(silences, () => terminal.table(columns, rows, 'no silences'));
  },
});
