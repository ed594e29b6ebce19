import type { Colour } from '../../../colour.ts';
import { defineCommand } from '../../../command.ts';
import { escaped } from '../../../escape.ts';

const COLOURS: Readonly<Record<'STARTED' | 'DISABLED' | 'ERROR', Colour>> = {
  STARTED: 'green',
  DISABLED: 'grey',
  ERROR: 'red',
};

export default defineCommand({
  examples: ['agent modules state', 'agent modules state --json'],
  route: 'GET /agent/modules',
  async run(_, { agent, terminal }) {
    const modules = await agent.ask('GET /agent/modules', {});
    terminal.show(modules, () => {
      const sorted = Object.entries(modules).sort(([a], [b]) => (a < b ? -1 : 1));
      for (const type of ['listener', 'connector', 'handler']) {
        const of = sorted.filter(([, { module_type }]) => module_type === type);
        if (of.length > 0) terminal.title(type);
        for (const [name, { state, log }] of of) {
          terminal.line(`     * ${escaped(name).padEnd(20)} ${terminal.paint(state, COLOURS[state])}`);
          if (log !== '') terminal.line(`       | ${escaped(log)}`);
        }
      }
    });
  },
});
