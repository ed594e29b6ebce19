import { defineCommand } from '../../command.ts';
import { whenInitialized } from '../../initialized.ts';
import { printSamples } from '../../sample-text.ts';

export default defineCommand({
  options: {
    meter: { kind: 'value', placeholder: 'GLOB', description: 'only meters that fit: * and ? stand for any' },
  },
  examples: ['samples show', "samples show --meter 'hardware.network.*'"],
  route: 'GET /openstack/samples',
  local: 'groups',
  async run({ options: { meter } }, context) {
    await whenInitialized(context);
    const { agent, terminal } = context;
    const samples = await agent.ask('GET /openstack/samples', { query: meter === undefined ? {} : { meter } });
    terminal.show(samples, () => printSamples(samples, terminal));
  },
});
