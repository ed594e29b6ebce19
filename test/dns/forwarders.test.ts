import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
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
  await writeFile(file, `server=/opsbro/127.0.0.1#${door.port}\nrev-server=10.0.0.0/8,127.0.0.1#${door.port}\n`);
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
  const forward = (name: string) => ['forward-zone:', `  name: "${name}"`, `  forward-addr: 127.0.0.1@${door.port}`];
  const lines = [
    'server:',
    '  do-not-query-localhost: no',
    '  domain-insecure: "opsbro"',
    '  local-zone: "10.in-addr.arpa." nodefault',
    ...['interface: 127.0.0.1', `port: ${port}`, 'do-daemonize: no', 'username: ""', 'chroot: ""'].map(
      (line) => `  ${line}`,
    ),
    ...[`  directory: "${folder}"`, `  pidfile: "${folder}/pid"`, '  use-syslog: no'],
    ...['remote-control:', '  control-enable: no'],
    ...forward('opsbro.'),
    ...forward('10.in-addr.arpa.'),
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  startProgram(opened, path, ['-d', '-c', file]);
  await expectForwarded(port);
});
