import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OpsbroError } from '../../../base/errors.ts';
import { problemText } from '../../../model/pack.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { homeOf } from '../../find-agent.ts';

export default defineCommand({
  arguments: '<DIR>',
  examples: ['packs check ./shop', 'packs check /etc/opsbro/local-configuration/packs/shop --json'],
  route: 'none',
  async run({ args: [path = ''] }, { globals, world, terminal }) {
    const directory = resolve(world.cwd, path);
    if (!(await stat(join(directory, 'package.yml')).catch(() => undefined))) {
      throw new OpsbroError('not_found', `${directory} is no pack; the file package.yml is missing there`);
    }
    const { validate } = await import('../../../agent/validate.ts');
    const { files, objects, errors, warnings, problems } = await validate(homeOf(globals, world), [directory]);
    const told = problems.map(({ excerpt: _excerpt, ...problem }) => problem);
    terminal.show({ files, objects, errors, warnings, problems: told }, () => {
      for (const problem of told) terminal.line(escaped(problemText(problem)));
      terminal.line(`${files} files, ${objects} objects, ${errors} errors, ${warnings} warnings`);
    });
    return errors > 0 ? 2 : 0;
  },
});
