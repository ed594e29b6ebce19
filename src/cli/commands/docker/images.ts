import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

const SHORT_ID = 12;
const MEGABYTE = 1_000_000;

export default defineCommand({
  examples: ['docker images', 'docker images --json'],
  route: 'GET /docker/images',
  local: 'files',
  async run(_, { agent, terminal }) {
    const images = await agent.ask('GET /docker/images', {});
    const columns = [
      { title: 'ID' },
      { title: 'MB', align: 'right' },
      { title: 'CREATED' },
      { title: 'TAGS' },
    ] as const;
    const rows = images.map(({ id, size_bytes: bytes, created, tags }) => [
      escaped(id.replace(/^sha256:/, '').slice(0, SHORT_ID)),
      (bytes / MEGABYTE).toFixed(1),
      terminal.time(1_000 * created),
      escaped(tags.join(', ')),
    ]);
    terminal.show(images, () => terminal.table(columns, rows, 'no images'));
  },
});
