import { defineCommand } from '../../../command.ts';
import { showKeys } from '../../../keyring-text.ts';

export default defineCommand({
  examples: ['gossip keyring list', 'gossip keyring list --json'],
  route: 'GET /agent/keyring',
  run: async (_, { agent, terminal }) => showKeys(await agent.ask('GET /agent/keyring', {}), terminal),
});
