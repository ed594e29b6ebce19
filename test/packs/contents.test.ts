import { expect, test } from 'vitest';
import { leftOut } from '../../src/packs/contents.ts';
import { packFiles } from './files.ts';

test('directories that mean nothing in a pack are named, those that do are not', async () => {
  using world = packFiles({
    'p/package.yml': 'name: p',
    'p/monitoring/a.yml': '',
    'p/templates/a.tpl': '',
    'p/collectors/a.js': '',
    'p/monitorings/a.yml': '',
    'p/raft/x': '',
    'p/.git/x': '',
  });
  const told = (await leftOut(world.at('p'), new Set())).map(
    ({ level, file, message }) => `${level} ${world.short(file)}: ${message}`,
  );
  expect(told).toEqual([
    'notice p/monitorings: is no directory of a pack and left out; did you mean "monitoring"?',
    'notice p/raft: is no directory of a pack and left out',
  ]);
});

test('Python is never run: one notice for a pack, with what is built in instead', async () => {
  using world = packFiles({
    'etc/packs/global/p/package.yml': 'name: p',
    'etc/packs/global/p/collectors/collector_redis.py': 'open("MARK", "w")',
    'etc/packs/global/p/collectors/collector_none.py': 'open("MARK", "w")',
    'etc/packs/global/p/module/module_slack.py': '',
  });
  const { lines } = await world.load({ builtIn: { options: new Map(), names: new Set(['redis', 'slack']) } });
  expect(lines).toEqual([
    'notice etc/packs/global/p/module: is no directory of a pack and left out',
    'notice etc/packs/global/p: holds 3 Python files (collectors/collector_none.py), and Python is never run; ' +
      'built in instead: redis, slack',
  ]);
  expect(world.has('MARK')).toBe(false);
});
