import type { Api } from '../../../http/api.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { whenInitialized } from '../../initialized.ts';

const KEY_COLUMNS = 30;
const SHORT_ID = 12;

type Values = Api['GET /docker/stats']['answer']['images'][string];

export default defineCommand({
  options: {
    containers: { kind: 'flag', description: 'only what each container uses' },
    images: { kind: 'flag', description: 'only what the containers of each image use together' },
  },
  examples: ['docker show', 'docker show --images --json'],
  route: 'GET /docker/stats',
  local: 'groups',
  async run({ options }, context) {
    await whenInitialized(context);
    const { agent, terminal } = context;
    const stats = await agent.ask('GET /docker/stats', {});
    const isAll = options.containers === options.images;
    const containers = isAll || options.containers ? stats.containers : {};
    const images = isAll || options.images ? stats.images : {};
    const known = Object.keys(containers).length === 0 ? {} : await agent.ask('GET /docker/containers', {});
    terminal.show({ containers, images }, () => {
      terminal.title('Docker Stats');
      if (Object.keys(stats.containers).length === 0) terminal.line('No running containers');
      for (const [id, values] of Object.entries(containers)) {
        terminal.line(`Container:${escaped(id.slice(0, SHORT_ID))} (${escaped(known[id]?.name ?? '')})`);
        for (const line of linesOf(values)) terminal.line(line);
      }
      for (const [image, values] of Object.entries(images)) {
        terminal.line(`Image:${escaped(image)} (sum)`);
        for (const line of linesOf(values)) terminal.line(line);
      }
    });
  },
});

const linesOf = (values: Values): string[] =>
  Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, { value, unit }]) =>
        ` - ${`${escaped(key)}:`.padEnd(KEY_COLUMNS)} ${value}${unit === '' ? '' : ` ${unit}`}`,
    );
