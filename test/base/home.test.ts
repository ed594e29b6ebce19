import { expect, test } from 'vitest';
import { findHome, type HomeFlags, type HomeWorld } from '../../src/base/home.ts';
import { bindableSocket } from '../../src/base/socket-path.ts';

function world(changes: Partial<HomeWorld> & { readonly there?: readonly string[] }): HomeWorld {
  const there = new Set(changes.there ?? []);
  return {
    env: {},
    flags: {},
    uid: 1000,
    cwd: '/srv',
    userHome: '/home/ann',
    program: '/opt/opsbro',
    exists: (path) => there.has(path),
    ...changes,
  };
}

const CHECKOUT = ['/opt/opsbro/package.json', '/opt/opsbro/etc'];

test.each<[string, Parameters<typeof world>[0], string, string]>([
  ['--home wins', { flags: { home: 'x' }, env: { OPSBRO_HOME: '/y' }, there: CHECKOUT }, '/srv/x/etc', '/srv/x/data'],
  ['then OPSBRO_HOME', { env: { OPSBRO_HOME: '/y' }, there: CHECKOUT }, '/y/etc', '/y/data'],
  ['then the checkout', { there: CHECKOUT, uid: 0 }, '/opt/opsbro/data/etc', '/opt/opsbro/data'],
  ['then root', { uid: 0 }, '/etc/opsbro', '/var/lib/opsbro'],
  ['then the user', {}, '/home/ann/.opsbro/etc', '/home/ann/.opsbro/data'],
  [
    'a package among node_modules is no checkout',
    {
      program: '/usr/lib/node_modules/opsbro',
      there: ['/usr/lib/node_modules/opsbro/package.json', '/usr/lib/node_modules/opsbro/etc'],
    },
    '/home/ann/.opsbro/etc',
    '/home/ann/.opsbro/data',
  ],
])('%s', (_, changes, config, data) => {
  const home = findHome(world(changes));
  expect([home.config, home.data]).toEqual([config, data]);
});

test.each<[string, HomeFlags, Partial<ReturnType<typeof findHome>>]>([
  ['a data directory takes the socket along', { data: '/d' }, { data: '/d', socket: '/d/opsbro.sock' }],
  ['a log directory takes the lock along', { log: '/l' }, { log: '/l', lock: '/l/opsbro.lock' }],
  ['a socket of its own stays', { data: '/d', socket: 's' }, { socket: '/srv/s', socketPathFile: '/d/socket-path' }],
  ['a file stands for its directory', { config: '/c/agent.yml' }, { config: '/c' }],
])('%s', (_, flags, expected) => {
  expect(findHome(world({ flags }))).toMatchObject(expected);
});

test('the installed home keeps its run directory when data is moved', () => {
  expect(findHome(world({ uid: 0, flags: { data: '/d' } })).socket).toBe('/run/opsbro/opsbro.sock');
});

test('a socket path that cannot be bound is replaced by a short one', () => {
  const short = findHome(world({ flags: { home: '/h' } }));
  const long = findHome(world({ flags: { home: `/${'h'.repeat(150)}` } }));
  const place = { temporary: '/tmp', uid: 1000 };
  expect(bindableSocket(short, place)).toBe('/h/data/opsbro.sock');
  expect(bindableSocket(long, place)).toMatch(/^\/tmp\/opsbro-1000\/[0-9a-f]{12}\.sock$/);
});
