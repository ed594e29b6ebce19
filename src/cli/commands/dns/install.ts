import { OpsbroError } from '../../../base/errors.ts';
import type { AgentClient } from '../../client.ts';
import { defineCommand } from '../../command.ts';
import { thisMachine } from '../../dns/machine.ts';
import { putFile } from '../../dns/relay-file.ts';
import { type Answerer, activeRelay, networksOf, RELAYS } from '../../dns/relays.ts';
import { portOf } from '../../door-port.ts';

export default defineCommand({
  options: { 'dry-run': { kind: 'flag', description: 'only show the file' } },
  examples: ['dns install --dry-run', 'dns install'],
  route: 'GET /agent/info',
  async run({ options }, { agent, terminal }) {
    const answerer = await answererOf(agent);
    const relay = await activeRelay(thisMachine);
    if (relay === undefined) {
      const known = RELAYS.map(({ name }) => name).join(', ');
      const message = `nothing at work here passes names on (known are ${known}); let the agent listen on port 53: dns.port`;
      throw new OpsbroError('not_found', message);
    }
    const { name, file, reload } = relay;
    const content = relay.content(answerer);
    if (!options['dry-run']) await putFile(file, content);
    terminal.show({ relay: name, file, content, reload, written: !options['dry-run'] }, () => {
      terminal.line(`${options['dry-run'] ? 'would write' : 'wrote'} ${file} for ${name}:`);
      for (const line of content.trimEnd().split('\n')) terminal.line(`  ${line}`);
      terminal.line(`then: ${reload}`);
    });
  },
});

/** How the running agent is asked for names, and the networks of the nodes that it knows. */
async function answererOf(agent: AgentClient): Promise<Answerer> {
  const port = portOf(await agent.ask('GET /agent/info', {}), 'dns', 'dns.enabled');
  const { value: domain } = await agent.ask('GET /agent/parameters/:key', { params: { key: 'dns.domain' } });
  const members = await agent.ask('GET /agent/members', {});
  return { port, domain: String(domain), networks: networksOf(Object.values(members).map(({ addr }) => addr)) };
}
