import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  examples: ['token list', 'token list --json'],
  route: 'GET /agent/tokens',
  async run(_, { agent, terminal }) {
    const tokens = await agent.ask('GET /agent/tokens', {});
    const titles = ['NAME', 'SCOPE', 'ORIGIN', 'CREATED', 'EXPIRES', 'LAST USED', 'FROM', 'PATHS'];
    const time = (ms: number | null, none: string) => (ms === null ? none : terminal.time(ms));
    const rows = tokens.map(({ name, scope, origin, created, expires, last_used: used, from, paths }) => [
      ...[escaped(name), scope, origin, time(created, '-'), time(expires, 'never'), time(used, 'never')],
      ...[from.join(',') || 'everywhere', escaped(paths.join(',')) || 'everything'],
    ]);
    terminal.show(tokens, () =>
      terminal.table(
        titles.map((title) => ({ title })),
        rows,
        'no tokens',
      ),
    );
  },
});
