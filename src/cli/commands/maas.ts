import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand } from '../command.ts';
import { homeOf } from '../find-agent.ts';

export default defineCommand({
  arguments: '[WORDS...]',
  examples: ['maas list', 'maas keystone_api_local_check 127.0.0.1 --output json'],
  route: 'none',
  dashes: 'own',
  async run({ args }, { world, globals }) {
    const { version } = JSON.parse(readFileSync(join(world.program, 'package.json'), 'utf8')) as { version: string };
    const { runMaas } = await import('../../agent/maas.ts');
    return await runMaas(args, {
      environment: world.env,
      data: (home) => homeOf({ ...globals, home: home ?? globals.home }, world).data,
      version,
      out: (text) => world.out.write(text),
      err: (text) => world.err.write(text),
    });
  },
});
