import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { RELAYS } from '../../src/cli/dns/relays.ts';
import { listenTcp } from '../../src/net/tcp.ts';
import { lookUntil } from '../support/look-until.ts';
import { program, testWith } from '../support/services.ts';
import { dig, openPool, startProgram } from './open-door.ts';
import { POOL } from './pool.ts';

const DIG = program('dig') ?? 'dig';

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

/** A folder of its own, and a port that was free a moment ago. */
async function place() {
  const folder = await mkdtemp(join(tmpdir(), 'opsbro-forwarder-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const listener = await listenTcp({ address: '127.0.0.1', port: 0 }, (connection) => connection.close());
  await listener[Symbol.asyncDispose]();
  return { folder, port: listener.port };
}

/** What `dns install` writes for a program. */
const installed = (name: string, port: number): string =>
  RELAYS.find((relay) => relay.name === name)?.content({ port, domain: 'opsbro', networks: ['10.0.0.0/8'] }) ?? '';

/** Addresses and names arrive through a forwarder as if we had been asked. */
async function expectForwarded(port: number) {
  const group = async () => (await dig(DIG, port, '+short', 'redis.group.dc1.opsbro').catch(() => '')).trim();
  const seen = await lookUntil(group, (text) => text.includes('10.0.0.'), 50);
  expect(seen.split('\n').sort()).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(await dig(DIG, port, '+short', '-x', '10.0.0.1')).toBe('n1.node.dc1.opsbro.\n');
  expect(await dig(DIG, port, 'nope.group.opsbro')).toContain('status: NXDOMAIN');
  expect(await dig(DIG, port, 'n1.node.opsbro', 'AAAA')).toMatch(/status: NOERROR[\s\S]*ANSWER: 0, AUTHORITY: 1/);
}

testWith('dnsmasq', 'dnsmasq passes our domain and our addresses on', async (path) => {
  const { door } = await openPool(opened, POOL);
  const { folder, port } = await place();
  const file = join(folder, 'opsbro.conf');
  await writeFile(file, installed('dnsmasq', door.port));
  const own = [
    '-k',
    '-p',
    String(port),
    '-a',
    '127.0.0.1',
    '--bind-interfaces',
    '--no-resolv',
    '--no-hosts',
    '-u',
    'root',
  ];
  startProgram(opened, path, ['-C', file, ...own, `--pid-file=${folder}/pid`]);
  await expectForwarded(port);
});

testWith('unbound', 'unbound passes our domain and our addresses on', async (path) => {
  const { door } = await openPool(opened, POOL);
  const { folder, port } = await place();
  const file = join(folder, 'unbound.conf');
  const own = [
    ...['interface: 127.0.0.1', `port: ${port}`, 'do-daemonize: no', 'username: ""', 'chroot: ""'],
    ...[`directory: "${folder}"`, `pidfile: "${folder}/pid"`, 'use-syslog: no'],
  ].map((line) => `  ${line}`);
  const lines = [installed('unbound', door.port), 'server:', ...own, 'remote-control:', '  control-enable: no'];
  await writeFile(file, `${lines.join('\n')}\n`);
  startProgram(opened, path, ['-d', '-c', file]);
  await expectForwarded(port);
});
