import { SCOPES } from '../../../model/token.ts';
import { defineCommand } from '../../command.ts';
import { UsageError } from '../../failure.ts';

export default defineCommand({
  arguments: '<NAME>',
  options: {
    scope: { kind: 'value', placeholder: 'SCOPE', description: 'read (the default), write, repair or admin' },
    ttl: { kind: 'value', placeholder: 'D', description: 'how long it is worth something, such as 90d' },
    from: { kind: 'values', placeholder: 'CIDR', description: 'only for requests from this network; may be repeated' },
    path: {
      kind: 'values',
      placeholder: 'PREFIX',
      description: 'only for this path and what is below; may be repeated',
    },
  },
  examples: ['token create grafana', 'token create ci --scope write --ttl 90d --from 10.0.0.0/8 --path /kv/ci'],
  route: 'POST /agent/tokens',
  async run({ args: [name = ''], options: { scope: written = 'read', ttl, from, path } }, { agent, terminal }) {
    const scope = SCOPES.find((known) => known === written);
    if (scope === undefined) throw new UsageError(`--scope: "${written}" is not possible; write ${SCOPES.join(', ')}`);
    const body = { name, scope, ttl, from: [...from], paths: [...path] };
    const made = await agent.ask('POST /agent/tokens', { body });
    terminal.show(made, () => {
      terminal.line(made.token);
      terminal.note('this is shown once; nobody can look it up later');
    });
  },
});
