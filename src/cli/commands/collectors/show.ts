import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { whenInitialized } from '../../initialized.ts';
import { printTree } from '../../tree.ts';

export default defineCommand({
  arguments: '[NAME]',
  options: { all: { kind: 'flag', description: 'also collectors that have nothing to show' } },
  examples: ['collectors show', 'collectors show memory --json'],
  route: 'GET /collectors/NAME',
  local: 'groups',
  async run({ args: [name], options }, context) {
    await whenInitialized(context);
    const { agent, terminal } = context;
    const found =
      name === undefined
        ? await agent.ask('GET /collectors', {})
        : [await agent.ask('GET /collectors/:name', { params: { name } })];
    const isShown = ({ state }: (typeof found)[number]) =>
      name !== undefined || options.all || state === 'ok' || state === 'error';
    const shown = found.filter(isShown);
    const results = Object.fromEntries(shown.map((collector) => [collector.name, collector.results]));
    terminal.show(results, () => {
      for (const collector of shown) printTree(collector, terminal);
      const silent = found.filter((collector) => !isShown(collector));
      if (silent.length > 0)
        terminal.note(
          `nothing to show: ${silent.map((collector) => `${escaped(collector.name)} (${collector.state})`).join(', ')}`,
        );
    });
  },
});
