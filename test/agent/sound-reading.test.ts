import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadPlugins, placesOf } from '../../src/agent/plugins.ts';
import { readSound } from '../../src/agent/sound-reading.ts';
import { problemsOf, readWritten } from '../../src/agent/written.ts';
import { findHome } from '../../src/base/home.ts';
import { LastGood } from '../../src/config/last-good.ts';
import { problemText } from '../../src/model/pack.ts';
import { PackCode } from '../../src/packs/code.ts';
import { tempDirectory } from '../support/temp.ts';

const plugins = await loadPlugins();
const PACK = 'data/local-configuration/packs/demo';
const SHIPPED = fileURLToPath(new URL('../../etc', import.meta.url));
const check = (threshold: number) => `check: {if_group: "*", critical_if: "${threshold} > 5"}\n`;

/** A home with files, that is read again and again by agents that forget everything in between. */
function madeHome(path: string) {
  const home = {
    ...findHome({
      env: {},
      flags: { home: path },
      uid: 0,
      cwd: '/',
      userHome: '/',
      program: '/nowhere',
      exists: () => false,
    }),
    shipped: SHIPPED,
  };
  const cache = join(home.data, 'cache', 'config');
  return {
    cache,
    write(file: string, text: string) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), text);
    },
    async read() {
      const read = () =>
        readWritten({ home, env: {}, flags: new Map(), plugins, code: new PackCode(placesOf(plugins)) });
      const reading = await readSound(read, new LastGood(cache, SHIPPED));
      expect(await reading.keep()).toBeUndefined();
      const { written, standIns } = reading;
      return {
        config: written.loaded.config,
        fatal: written.loaded.fatal,
        checks: Object.fromEntries(
          written.packs.objects
            .filter(({ packName }) => packName === 'demo' || packName === 'local')
            .map(({ id, definition }) => [id, definition['critical_if']]),
        ),
        standIns: standIns.map(({ file, errors }) => `${file.slice(path.length + 1)} ${errors}`),
        errors: problemsOf(written)
          .filter(({ level }) => level === 'error')
          .map((problem) => problemText(problem).slice(path.length + 1)),
      };
    },
  };
}

test('a broken agent.yml stands aside for its last good version, also after a restart; its errors are told', async () => {
  using directory = tempDirectory();
  const home = madeHome(directory.path);
  home.write('etc/agent.yml', 'display_name: good\n');
  await home.read();
  home.write('etc/agent.yml', 'display_name: bad\nprot: 1\n');
  const { config, fatal, standIns, errors } = await home.read();
  expect([config.display_name, fatal, standIns]).toEqual(['good', [], ['etc/agent.yml 1']]);
  expect(errors).toEqual([expect.stringMatching(/^etc\/agent.yml:2:1: error: prot: .*did you mean "port"\?$/)]);
  expect((await home.read()).config.display_name).toBe('good');
  home.write('etc/agent.yml', 'display_name: better\n');
  expect(await home.read()).toMatchObject({ config: { display_name: 'better' }, standIns: [], errors: [] });
});

test('without a last good version a broken agent.yml forbids to start', async () => {
  using directory = tempDirectory();
  const home = madeHome(directory.path);
  home.write('etc/agent.yml', 'prot: 1\n');
  expect(await home.read()).toMatchObject({ fatal: [{ key: 'prot' }], standIns: [] });
});

test('of a broken file every object that is right as it stands takes effect', async () => {
  using directory = tempDirectory();
  const home = madeHome(directory.path);
  const list = (...checks: string[]) => `check:\n${checks.map((one) => `  - {if_group: "*", ${one}}\n`).join('')}`;
  home.write('etc/two.yml', list('critical_if: "1"', 'critical_if: "2"'));
  home.write('etc/other.yml', check(1));
  await home.read();
  home.write('etc/two.yml', list('critical_if: "10"', 'critical_if: "20", interval: never', 'critical_if: "30"'));
  home.write('etc/other.yml', check(2));
  const { checks, standIns } = await home.read();
  expect(checks).toEqual({ 'local/two#1': '10', 'local/two#2': '2', 'local/two#3': '30', 'local/other': '2 > 5' });
  expect(standIns).toEqual(['etc/two.yml 1']);
});

test('a pack whose description is broken keeps its objects, with what is new in them', async () => {
  using directory = tempDirectory();
  const home = madeHome(directory.path);
  home.write(`${PACK}/package.yml`, 'name: demo\n');
  home.write(`${PACK}/monitoring/a.yml`, check(1));
  home.write(`${PACK}/monitoring/b.yml`, check(1));
  await home.read();
  home.write(`${PACK}/package.yml`, 'name: "demo\n');
  home.write(`${PACK}/monitoring/a.yml`, check(2));
  home.write(`${PACK}/monitoring/b.yml`, 'check: [');
  const { checks, errors, standIns } = await home.read();
  expect(checks).toEqual({ 'demo/a': '2 > 5', 'demo/b': '1 > 5' });
  expect(standIns).toEqual([`${PACK}/package.yml 1`, `${PACK}/monitoring/b.yml 1`]);
  expect(errors.map((line) => line.split(':')[0])).toEqual([`${PACK}/package.yml`, `${PACK}/monitoring/b.yml`]);
  expect(await home.read()).toMatchObject({ checks, standIns });
});

test('copies are for the agent alone, and go with their files', async () => {
  using directory = tempDirectory();
  const home = madeHome(directory.path);
  home.write('etc/agent.yml', 'display_name: good\n');
  home.write('etc/more.yml', 'groups: [a]\n');
  await home.read();
  const names = readdirSync(home.cache);
  expect(names.map((name) => name.slice(17)).sort()).toEqual(['agent.yml', 'more.yml']);
  expect(statSync(home.cache).mode & 0o777).toBe(0o700);
  for (const name of names) expect(statSync(join(home.cache, name)).mode & 0o777).toBe(0o600);
  rmSync(join(directory.path, 'etc/more.yml'));
  await home.read();
  expect(readdirSync(home.cache)).toHaveLength(1);
  expect((await home.read()).config.groups).toEqual([]);
});

test('a copy that is broken itself, or cannot be read, helps nobody and harms nobody', async () => {
  using directory = tempDirectory();
  const home = madeHome(directory.path);
  home.write('etc/agent.yml', 'display_name: good\n');
  await home.read();
  const [copy = ''] = readdirSync(home.cache);
  writeFileSync(join(home.cache, copy), 'name: [\n');
  home.write('etc/agent.yml', 'prot: 1\n');
  expect((await home.read()).fatal).toHaveLength(1);
  rmSync(join(home.cache, copy));
  mkdirSync(join(home.cache, copy));
  home.write('etc/agent.yml', 'prot: 2\n');
  expect((await home.read()).fatal).toHaveLength(1);
});
