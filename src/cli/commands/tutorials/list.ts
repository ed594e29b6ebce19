import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { homeOf } from '../../find-agent.ts';

export default defineCommand({
  examples: ['tutorials list', 'tutorials list --json'],
  route: 'none',
  async run(_, { globals, world, terminal }) {
    const { listTutorials } = await import('../../../agent/tutorials.ts');
    const tutorials = await listTutorials(homeOf(globals, world));
    terminal.show(tutorials, () => {
      for (const tutorial of tutorials) {
        const { level, pack, name, title } = tutorial;
        const length =
          'error' in tutorial ? `error: ${tutorial.error}` : `(Duration: ${Math.round(tutorial.duration)}s)`;
        terminal.line(escaped(`${level} > ${pack} > tutorials > ${name} ${length} ${title}`));
      }
      if (tutorials.length === 0) terminal.note('no tutorials');
    });
  },
});
