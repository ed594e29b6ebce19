import { OpsbroError } from '../../../base/errors.ts';
import { didYouMean } from '../../../base/nearest.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { type Branch, branchLines, treeOf } from '../../settings-tree.ts';

export default defineCommand({
  arguments: '[KEY]',
  options: { origin: { kind: 'flag', description: 'with the file or whatever else says so' } },
  examples: ['config show', 'config show http --origin'],
  route: 'GET /agent/parameters',
  local: 'files',
  async run({ args: [written], options }, { agent, terminal }) {
    const settings = Object.entries(await agent.ask('GET /agent/parameters', {}));
    const wanted = written?.replaceAll('-', '_');
    const shown = settings.filter(([key]) => wanted === undefined || key === wanted || key.startsWith(`${wanted}.`));
    if (wanted !== undefined && shown.length === 0) {
      const known = settings.flatMap(([key]) => [key, key.split('.')[0] ?? '']);
      throw new OpsbroError('not_found', `there is no setting "${written}"${didYouMean(wanted, known)}`);
    }
    const plain = treeOf(shown.map(([key, { value }]) => [key, value]));
    const program: Branch = options.origin
      ? treeOf(shown.map(([key, { value, origin }]) => [key, { value, origin }]))
      : plain;
    const origins = new Map(options.origin ? shown.map(([key, { origin }]) => [key, origin]) : []);
    terminal.show(program, () => {
      for (const line of branchLines(plain, origins)) terminal.line(escaped(line));
    });
  },
});
