import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { pythonText } from '../../python.ts';

const NO_DEFAULT = '__NO_DEFAULT__';

export default defineCommand({
  options: { details: { kind: 'flag', description: 'also what each function does' } },
  examples: ['evaluator list', 'evaluator list --details'],
  route: 'GET /agent/evaluator/list',
  local: 'files',
  async run({ options }, { agent, terminal }) {
    const functions = await agent.ask('GET /agent/evaluator/list', {});
    terminal.show(functions, () => {
      for (const group of [...new Set(functions.map((known) => known.group))].sort()) {
        terminal.title(escaped(group));
        for (const { name, doc, prototype, group: own } of functions) {
          if (own !== group) continue;
          const parameters = prototype.map(([parameter, value]) =>
            value === NO_DEFAULT ? parameter : `${parameter}=${pythonText(value)}`,
          );
          terminal.line(`${terminal.paint(escaped(name), 'magenta')}(${escaped(parameters.join(', '))})`);
          if (options.details) terminal.line(`    ${escaped(doc)}`);
        }
      }
    });
  },
});
