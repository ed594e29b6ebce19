import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { CheckRecord } from '../../src/model/check.ts';
import { PackCode } from '../../src/packs/code.ts';
import { findPacks, loadPacks, packsInUse } from '../../src/packs/load.ts';
import type { FunctionPlugin } from '../../src/plugins/function.ts';
import type { Check, Collector, Handler } from '../../src/plugins/kinds.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { USUAL_RULES } from '../../src/plugins/script-command.ts';
import { messageOf } from '../support/alert.ts';
import { SimulatedClock } from '../support/clock.ts';
import { fakeDesk } from '../support/desk.ts';
import { fakeHost, never } from '../support/host.ts';
import { tempDirectory } from '../support/temp.ts';

const CONTRACT = new URL('../../src/plugins/pack-api.ts', import.meta.url);
const EXAMPLE = new URL('../../examples/packs/backups', import.meta.url).pathname;

function setUp() {
  const temporary = tempDirectory();
  const clock = new SimulatedClock();
  const collectors = new Registry<Collector>('collector');
  const functions = new Registry<FunctionPlugin>('function');
  const checks = new Registry<Check>('check');
  const handlers = new Registry<Handler>('handler');
  const code = new PackCode(new Map([collectors, functions, checks, handlers].map((each) => [each.kind, each])), {
    contract: CONTRACT,
    clock,
  });
  const sources = { shipped: join(temporary.path, 'etc'), data: temporary.path };
  const packs = join(temporary.path, 'local-configuration', 'packs');
  return {
    ...{ clock, collectors, functions, checks, handlers, sources, path: temporary.path },
    pack: (path: string) => join(packs, path),
    write(path: string, text: string, level = 'local') {
      const file = join(temporary.path, `${level}-configuration`, 'packs', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { mode: 0o644 });
      return file;
    },
    async faults() {
      const found = await code.use(packsInUse(await findPacks(sources)));
      return [...found.values()].flat().map(({ message }) => message.replaceAll(temporary.path, ''));
    },
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  };
}

const collector = (name: string, value: number) =>
  `import { defineCollector, z } from 'opsbro/plugins';
   export default defineCollector({ name: '${name}', description: 'Made up for this.', options: z.object({}), keys: [],
     configure: () => async () => ({ value: ${value} }) });`;

test('the example pack brings a collector, a function, a check and a handler that work', async () => {
  using world = setUp();
  cpSync(EXAMPLE, world.pack('backups'), { recursive: true });
  expect(await world.faults()).toEqual([]);

  const host = fakeHost({ files: { '/b/a.tar.gz': 'x', '/b/readme': 'x', '/b/last-run': '' } });
  expect(await world.collectors.get('backups').configure({ directory: '/b' })(host, never)).toEqual({
    archives: 1,
    names: ['a.tar.gz'],
  });
  expect(() => world.collectors.get('backups').configure({ directory: 1 })).toThrow('collector backups.directory');
  const plural = world.functions.get('plural');
  expect(plural.parameters).toMatchObject([{ name: 'count', isRequired: true }, { name: 'noun' }]);
  expect(plural.configure({ count: 2, noun: 'archive' })({} as never)).toBe('2 archives');
  const check = world.checks.get('holds_file').configure({ holds_file: '/b/last-run' });
  const context = {
    host,
    clock: new SimulatedClock(),
    previous: {} as CheckRecord,
    scripts: USUAL_RULES,
    macro: () => undefined,
  };
  const evaluate = async () => ({ type: 'error', message: '' }) as const;
  expect(await check({ ...context, evaluate }, never)).toMatchObject({
    state: 'warning',
    output: '/b/last-run is empty',
  });
  const file = join(world.path, 'told');
  await world.handlers.get('backups').configure({ file }).notify(messageOf(), never, fakeDesk());
  expect(readFileSync(file, 'utf8')).toBe('db-1 linux/load-average: ok -> critical\n');
});

test('the objects of the example pack load without a problem', async () => {
  using world = setUp();
  cpSync(EXAMPLE, world.pack('backups'), { recursive: true });
  const rules = { checkFields: ['critical_if', 'warning_if', 'holds_file'], expressionFaults: () => [] };
  const set = await loadPacks({ ...world.sources, local: { directory: '', objects: [] }, rules });
  expect(set.problems).toEqual([]);
  expect(set.objects.map(({ id }) => id)).toEqual(['backups/backups', 'backups/archives', 'backups/last-run']);
});

test('a file is run again only when it changed, and a broken version leaves the former one in use', async () => {
  using world = setUp();
  world.write('a/package.yml', 'name: a');
  const file = world.write('a/collectors/x.js', collector('x', 1));
  const look = () => world.collectors.get('x').configure({})(fakeHost(), never);
  expect(await world.faults()).toEqual([]);
  const first = world.collectors.get('x');
  expect(await world.faults()).toEqual([]);
  expect(world.collectors.get('x')).toBe(first);

  writeFileSync(file, collector('x', 2));
  expect(await world.faults()).toEqual([]);
  expect(await look()).toEqual({ value: 2 });
  writeFileSync(file, 'throw new Error("no luck")');
  expect(await world.faults()).toEqual(['cannot be loaded: no luck']);
  expect(await look()).toEqual({ value: 2 });
  rmSync(file);
  expect(await world.faults()).toEqual([]);
  expect(world.collectors.has('x')).toBe(false);
});

test('a name that is taken is refused, unless the pack says that it replaces what is built in', async () => {
  using world = setUp();
  world.write('a/package.yml', 'name: a');
  world.write('a/collectors/x.js', collector('x', 1));
  await world.faults();
  const builtIn = { ...world.collectors.get('x'), name: 'memory' };
  world.collectors.put('memory', builtIn);
  world.write('a/collectors/memory.js', collector('memory', 2));
  world.write('b/package.yml', 'name: b');
  world.write('b/collectors/x.js', collector('x', 3));
  expect(await world.faults()).toEqual([
    'a collector named "memory" is built in; write replaces: [memory] in package.yml to use this one instead',
    'another pack brings a collector named "x" already',
  ]);
  expect(world.collectors.get('memory')).toBe(builtIn);
  world.write('a/package.yml', 'name: a\nreplaces: [memory]');
  expect(await world.faults()).toHaveLength(1);
  expect(world.collectors.get('memory')).not.toBe(builtIn);
  world.write('a/package.yml', 'name: a');
  expect(await world.faults()).toHaveLength(2);
  expect(world.collectors.get('memory')).toBe(builtIn);
});

test('code that others may change, that the zone brought, or that is none, does not run', async () => {
  using world = setUp();
  world.write('a/package.yml', 'name: a');
  chmodSync(world.write('a/collectors/open.js', collector('open', 1)), 0o666);
  world.write('a/collectors/none.js', 'export default 1');
  world.write('a/collectors/typed.ts', collector('typed', 1));
  world.write('a/collectors/notes.md', 'text');
  world.write('z/package.yml', 'name: z', 'zone');
  world.write('z/collectors/z.js', collector('z', 1), 'zone');
  const canStrip = Boolean((process.features as { readonly typescript?: unknown }).typescript);
  expect(await world.faults()).toEqual([
    'code of packs runs only from the levels core, global, local',
    'does not export a collector by default; write export default define...({...})',
    'others may write /local-configuration/packs/a/collectors/open.js; chmod go-w it',
    ...(canStrip ? [] : [expect.stringContaining('cannot run TypeScript; write it as .js')]),
  ]);
  expect([...world.collectors].map(({ name }) => name)).toEqual(canStrip ? ['typed'] : []);
});

test('code that waits for what never comes is given up', async () => {
  using place = setUp();
  place.write('a/package.yml', 'name: a\nversion: "1.0"\n');
  place.write('a/collectors/stuck.js', 'await new Promise(() => {});');
  let isDone = false;
  const faults = place.faults().finally(() => {
    isDone = true;
  });
  // Files are read in real time, what is waited for passes in made-up time.
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    await place.clock.runAsync(1_000);
  }
  const message = 'cannot be loaded: it is not done after 10 s; what takes time belongs into configure';
  expect(await faults).toEqual([message]);
});
