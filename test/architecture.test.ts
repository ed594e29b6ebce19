import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** The floors of the house, lowest first. A file may import from its own folder and from folders on lower floors. */
const FLOORS = [
  ['base', 'model'],
  ['net', 'config', 'expressions', 'templates'],
  ['plugins', 'peer', 'openstack'],
  [
    'access',
    'gossip',
    'kv',
    'alerts',
    'metrics',
    'health',
    'repair',
    'packs',
    'collectors',
    'detectors',
    'checks',
    'handlers',
    'functions',
    'hosting',
    'pollsters',
    'render',
    'shinken',
    'export',
  ],
  ['runtime'],
  ['http', 'websocket', 'dns', 'statsd', 'graphite'],
  ['agent'],
  ['cli'],
];

/** What the command line may take from above its floor's rule: starting an agent, and types that vanish in the build. */
const CLI_MAY_IMPORT = new Set(['agent', 'base', 'model']);

const floor = (folder: string) => FLOORS.findIndex((folders) => folders.includes(folder));
const src = new URL('../src/', import.meta.url);
const files = (await readdir(src, { recursive: true })).filter(
  (file) => file.endsWith('.ts') && !file.startsWith('ui/'),
);
const sources = new Map(
  await Promise.all(files.map(async (file) => [file, await readFile(new URL(file, src), 'utf8')] as const)),
);

interface Import {
  readonly target: string;
  readonly isType: boolean;
}

function importsOf(file: string): Import[] {
  const text = sources.get(file) ?? '';
  return [...text.matchAll(/(import|export)( type)? [^;'"]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/g)].map((found) => ({
    target: new URL(found[3] ?? found[4] ?? '', new URL(file, src)).href.slice(src.href.length),
    isType: found[2] !== undefined,
  }));
}

test('there are sources to judge', () => {
  expect(files.length).toBeGreaterThan(20);
});

test('every folder has a floor', () => {
  expect([...new Set(files.map((file) => file.split('/')[0] ?? ''))].filter((folder) => floor(folder) < 0)).toEqual([]);
});

test.each(files)('%s imports downwards only', (file) => {
  const [home = ''] = file.split('/');
  for (const { target, isType } of importsOf(file)) {
    const [folder = ''] = target.split('/');
    if (folder === home) continue;
    expect(floor(folder), `${file} -> ${target}`).toBeLessThan(floor(home));
    if (home === 'cli' && !isType) expect(CLI_MAY_IMPORT, `${file} -> ${target}`).toContain(folder);
  }
});

test('no file imports itself through others', () => {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    if (done.has(file)) return;
    expect(path, `cycle: ${[...path, file].join(' -> ')}`).not.toContain(file);
    path.push(file);
    for (const { target, isType } of importsOf(file)) if (!isType) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of files) visit(file);
});

/** Clock, dice, sockets and processes have their place; everywhere else they come in by parameter. */
const WORLD =
  /\b(Date\.now\(|new Date\(\)|performance\.now\(|Math\.random\(|(?<!\.)setTimeout\(|setInterval\(|setImmediate\(|node:dgram|node:net'|node:tls'|node:child_process|node:worker_threads)/;
const MAY_TOUCH_THE_WORLD = new Set(['base', 'net', 'agent', 'cli']);

test.each(files.filter((file) => !MAY_TOUCH_THE_WORLD.has(file.split('/')[0] ?? '')))(
  '%s leaves clock, dice and sockets alone',
  (file) => {
    expect(WORLD.exec(sources.get(file) ?? '')?.[0]).toBeUndefined();
  },
);

test('what decides on members knows no time of day: a clock that is set changes nobody', () => {
  const deciding = files.filter((file) => /^gossip\/(core|serf|records|wire)\//.test(file));
  expect(deciding.length).toBeGreaterThan(50);
  expect(deciding.filter((file) => /\bwall\(|base\/clock/.test(sources.get(file) ?? ''))).toEqual([]);
});

test('what lies beside a source is found from every piece that it is built into', async () => {
  // The build moves code into `dist/chunks`: only what goes up one folder, and then names one, is found from there too.
  const sources = files.filter((file) => !file.startsWith('cli/'));
  const texts = await Promise.all(
    sources.map(async (file) => [file, await readFile(new URL(file, src), 'utf8')] as const),
  );
  const addresses = texts.flatMap(([file, text]) =>
    [...text.matchAll(/new URL\(\s*['"`](.*?)['"`],\s*import\.meta\.url/g)].map(([, path = '']) => `${file}: ${path}`),
  );

  expect(addresses).not.toEqual([]);
  for (const address of addresses) expect(address).toMatch(/: \.\.\/(\.\.\/$|\w|\$)/);
});

test('jsep is set up in one place', () => {
  expect([...sources].filter(([, text]) => /from 'jsep'/.test(text)).map(([file]) => file).length).toBeLessThanOrEqual(
    1,
  );
});
