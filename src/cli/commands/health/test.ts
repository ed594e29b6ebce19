import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<DIR>',
  examples: ['health test ./myservice', 'health test ./myservice --json'],
  route: 'none',
  async run({ args: [directory = ''] }, { terminal }) {
    const { tryPackage } = await import('../../../agent/try-package.ts');
    const { service, checks, faults } = await tryPackage(directory);
    const shown = checks.map(({ name, outcome, code, description, actions, detail }) => ({
      ...{ name, outcome, code, description, detail, actions: actions.map((action) => action.name) },
    }));
    const problems = [...faults].map(([path, fault]) => `${path}: ${fault}`);
    terminal.show({ service, checks: shown, problems }, () => {
      for (const { name, outcome, description, actions, detail } of shown) {
        const offered = actions.length === 0 ? '' : ` [${actions.join(', ')}]`;
        terminal.line(escaped(`${name}: ${outcome} ${description}${offered}`.trim()));
        for (const line of linesOf(detail)) terminal.line(`    | ${escaped(line)}`);
      }
      for (const problem of problems) terminal.line(escaped(problem));
      if (checks.length === 0) terminal.note('the package has no check');
    });
    const isBroken = problems.length > 0 || checks.length === 0 || checks.some(({ outcome }) => outcome === 'broken');
    return isBroken ? 2 : 0;
  },
});

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
