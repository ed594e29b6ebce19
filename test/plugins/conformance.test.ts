import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Metrics } from '../../src/model/metrics.ts';
import { surveyHosting } from '../../src/plugins/hosting.ts';
import { standsFor } from '../../src/plugins/key-match.ts';
import type { Collector, HostingDriver } from '../../src/plugins/kinds.ts';
import { NotAnswering, NotEligible } from '../../src/plugins/outcomes.ts';
import type { Plugin } from '../../src/plugins/plugin.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { SimulatedClock } from '../support/clock.ts';
import { look } from '../support/collecting.ts';
import { fakeHost, never, systemError, type World } from '../support/host.ts';
import { MODERN, OLD } from '../support/machines.ts';
import { SPECIAL } from '../support/special-machines.ts';

/** The folder of each kind of plugin. One that does not exist has no plugins to judge. */
const FOLDERS = {
  collector: 'collectors',
  detector: 'detectors',
  check: 'checks',
  handler: 'handlers',
  function: 'functions',
  hosting: 'hosting',
  pollster: 'pollsters',
  engine: 'kv/engines',
};

async function pluginsOf<P extends Plugin>(kind: P['kind'], folder: string): Promise<P[]> {
  const place = new URL(`../../src/${folder}/`, import.meta.url);
  return existsSync(place) ? [...(await new Registry<P>(kind).addFrom(place))] : [];
}

for (const [kind, folder] of Object.entries(FOLDERS)) {
  const plugins = await pluginsOf(kind, folder);
  if (plugins.length === 0) continue;

  describe.each(plugins)('$kind $name', ({ name, description, options }) => {
    test('has a name that fits into paths, and says in one sentence what it is for', () => {
      expect(name).toMatch(kind === 'collector' ? /^[a-z0-9_]+$/ : /^[a-z0-9_-]+$/);
      expect(description).toMatch(/^[A-Z].{10,150}\.$/);
    });

    test('documents every option', () => {
      const { properties = {} } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
      for (const [option, schema] of Object.entries(properties)) expect(schema, option).toHaveProperty('description');
    });
  });
}

const collectors = await pluginsOf<Collector>('collector', FOLDERS.collector);

const ETH0 = { name: 'eth0', netmask: '255.0.0.0', mac: '02:fc:00:00:00:01', internal: false } as const;
const INTERFACES = [
  { ...ETH0, address: '10.0.0.1', family: 4 },
  { ...ETH0, address: 'fd00::2', family: 6 },
] as const;
const SPACE = { blockSize: 4_096, blocks: 10, blocksFree: 5, blocksAvailable: 5, files: 9, filesFree: 3 };
const SPACES = { '/': SPACE, '/data files': SPACE, '/mnt/far': 'hung' } as const;

/** Options that switch on what is off unless somebody wants it. */
const WHERE_OFF: ReadonlyMap<string, object> = new Map([
  ['geoloc', { enabled: true }],
  ['glance_registry_local_check', { ip: '127.0.0.1' }],
  ['horizon_check', { ip: '127.0.0.1' }],
  ['service_api_local_check', { services: [{ name: 'heat_cfn', ip: '127.0.0.1', port: 8000 }] }],
]);

const MACHINES: readonly (readonly [string, World])[] = [
  ['a modern machine', { files: MODERN }],
  ['an old machine', { files: OLD }],
  ...SPECIAL,
];

/** Every way to a leaf of a tree. */
function pathsIn(tree: Metrics, above: readonly string[] = []): string[][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? pathsIn(value as Metrics, [...above, key])
      : [[...above, key]],
  );
}

const isDeclared = ({ keys }: Collector, path: readonly string[]): boolean => keys.some((key) => standsFor(key, path));

/** Gives what a collector answers, or nothing when this machine is not for it; a failure that is not foreseen is thrown. */
async function eligible(run: Promise<Metrics>): Promise<Metrics> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof NotEligible) return {};
    if (error instanceof NotAnswering) return error.results;
    throw error;
  }
}

describe.each(collectors)('collector $name', (collector) => {
  test('says of every key what it means, and has it once', () => {
    for (const { key, meaning } of collector.keys) expect(meaning, key).toMatch(/^[A-Z].+\.$/);
    const keys = collector.keys.map(({ key }) => key);
    expect(keys).toEqual([...new Set(keys)]);
    expect(keys.length).toBeGreaterThan(0);
  });

  test.each(MACHINES)('declares every key it finds on %s', async (_, world) => {
    const host = fakeHost({ spaces: SPACES, interfaces: INTERFACES, ...world });
    const tree = await eligible(look(collector.configure({}), host));
    const undeclared = pathsIn(tree).filter((path) => !isDeclared(collector, path));
    expect(undeclared).toEqual([]);
  });

  test('finds something on one of these machines', async () => {
    const trees: Metrics[] = [];
    for (const [, world] of MACHINES) {
      const host = fakeHost({ spaces: SPACES, interfaces: INTERFACES, ...world });
      trees.push(await eligible(look(collector.configure(WHERE_OFF.get(collector.name) ?? {}), host)));
    }
    expect(trees.filter((tree) => Object.keys(tree).length > 0)).not.toEqual([]);
  });

  test.each(MACHINES)(
    'gets by with files of %s that are empty, break off or are missing',
    async (_, { files = {}, ...world }) => {
      for (const kept of [0, 1, 7, 40, 200]) {
        const shortened = Object.entries(files).map(([path, text]) => [
          path,
          typeof text === 'string' ? text.slice(0, kept) : text,
        ]);
        const host = fakeHost({
          spaces: SPACES,
          interfaces: INTERFACES,
          ...world,
          files: Object.fromEntries(shortened),
        });
        for (const path of pathsIn(await eligible(look(collector.configure({}), host)))) {
          expect(isDeclared(collector, path), path.join('.')).toBe(true);
        }
      }
      await eligible(look(collector.configure({}), fakeHost()));
    },
  );

  test('takes files that it may not read for no fault of its own', async () => {
    const hidden = Object.keys(MODERN).map((path) => [path, systemError('EACCES', `permission denied, ${path}`)]);
    await eligible(look(collector.configure({}), fakeHost({ files: Object.fromEntries(hidden), spaces: SPACES })));
  });

  test('has no number that is none', async () => {
    const host = fakeHost({ files: { ...MODERN }, spaces: SPACES, interfaces: INTERFACES });
    const written = JSON.stringify(await eligible(look(collector.configure({}), host)), (_, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? 'no number' : value,
    );
    expect(written).not.toContain('no number');
  });

  test('does not start when it is too late', async () => {
    const run = collector.configure({})(fakeHost({ files: MODERN }), AbortSignal.abort(new Error('too late')));
    await expect(run).rejects.toThrow('too late');
  });

  test('gives up when it is told to', async () => {
    const clock = new SimulatedClock();
    const abort = new AbortController();
    const run = collector.configure({})(fakeHost({ files: MODERN, spaces: SPACES, clock }), abort.signal);
    const ended = run.then(
      () => 'ended',
      () => 'ended',
    );
    abort.abort(new Error('too late'));
    expect(await ended).toBe('ended');
  });
});

test('every hosting driver answers on a machine that says nothing of itself', async () => {
  const drivers = await pluginsOf<HostingDriver>('hosting', FOLDERS.hosting);
  const states = await surveyHosting(drivers, fakeHost(), never);
  expect(states.map(({ name, reason }) => [name, reason])).toEqual(states.map(({ name }) => [name, '']));
  expect(states.filter(({ isActive }) => isActive).map(({ name }) => name)).toEqual(['on-premise']);
});
