import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { putFile, takeFile } from '../../src/cli/dns/relay-file.ts';
import { activeRelay, isOurs, networksOf, RELAYS } from '../../src/cli/dns/relays.ts';
import { fakeAgent, opsbro } from '../support/cli.ts';
import { startNameServer, TYPE } from '../support/name-server.ts';

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

/** As `startNameServer`, until the end of the test. */
const nameServer = async (...records: Parameters<typeof startNameServer>) =>
  opened.use(await startNameServer(...records)).port;

const asking = async (port: number | undefined, words: string) => {
  await using agent = await fakeAgent({ 'GET /agent/info': { ports: port === undefined ? {} : { dns: port } } });
  return await opsbro(`dns resolve ${words}`, agent);
};

test('records are shown as a zone file has them', async () => {
  const addresses = ['10.0.0.1', '10.0.0.2'].map((address) => ({ type: TYPE.A, address }));
  expect(await asking(await nameServer(addresses), 'redis.group.opsbro')).toEqual({
    code: 0,
    out: 'redis.group.opsbro.\t5\tIN\tA\t10.0.0.1\nredis.group.opsbro.\t5\tIN\tA\t10.0.0.2\n',
    err: '',
  });
  const service = { type: TYPE.SRV, priority: 1, weight: 1, port: 6379, target: 'n1.node.opsbro' };
  const target = { name: 'n1.node.opsbro', type: TYPE.A, address: '10.0.0.1' };
  const { out } = await asking(await nameServer([service], [target]), 'redis.service.opsbro srv');
  expect(out).toBe(
    'redis.service.opsbro.\t5\tIN\tSRV\t1 1 6379 n1.node.opsbro.\nn1.node.opsbro.\t5\tIN\tA\t10.0.0.1\n',
  );
});

test('a name that nobody has ends with 1, and says why', async () => {
  const port = await nameServer([]);
  expect(await asking(port, 'nope.group.opsbro')).toEqual({
    code: 1,
    out: '',
    err: 'nope.group.opsbro A: NXDOMAIN, no answer\n',
  });
  expect(JSON.parse((await asking(port, 'nope.group.opsbro --json')).out)).toEqual({
    status: 'NXDOMAIN',
    answers: [],
    additionals: [],
  });
});

test('what cannot be asked is said', async () => {
  expect((await asking(1, 'a.opsbro MX')).err).toContain('"MX" is no type; write one of A, NS');
  expect((await asking(undefined, 'a.opsbro')).err).toContain('the door dns is closed');
});

const machine = (running: readonly string[], files: Readonly<Record<string, string>> = {}) => ({
  running: async () => new Set(running),
  read: async (path: string) => files[path],
});
const SETTINGS = '/etc/NetworkManager/NetworkManager.conf';

test.each([
  ['nothing', machine(['systemd', 'sshd']), undefined],
  ['dnsmasq', machine(['dnsmasq', 'systemd-resolve']), 'dnsmasq'],
  ['unbound', machine(['unbound']), 'unbound'],
  ['systemd-resolved', machine(['systemd-resolve']), 'systemd-resolved'],
  ['NetworkManager alone', machine(['NetworkManager', 'systemd-resolve']), 'systemd-resolved'],
  [
    'NetworkManager with dnsmasq',
    machine(['NetworkManager', 'dnsmasq'], { [SETTINGS]: '[main]\ndns=dnsmasq\n' }),
    'NetworkManager with dnsmasq',
  ],
])('where %s is at work, that is told', async (_, here, name) => {
  expect((await activeRelay(here))?.name).toBe(name);
});

test('private networks are passed on as a whole, others as they are, loopback never', () => {
  const addresses = ['127.0.0.1', '10.1.2.3', '10.9.9.9', '192.168.4.5', '172.17.0.2', '203.0.113.7'];
  expect(networksOf(addresses)).toEqual(['10.0.0.0/8', '172.17.0.0/16', '192.168.0.0/16', '203.0.113.0/24']);
});

test('a file is written and taken away again, and one of somebody else is left alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'opsbro-dns-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'new', 'opsbro.conf');
  const [relay] = RELAYS;
  const content = relay?.content({ port: 6_766, domain: 'opsbro', networks: ['10.0.0.0/8'] }) ?? '';
  await putFile(file, content);
  await putFile(file, content);
  expect(isOurs(await readFile(file, 'utf8'))).toBe(true);
  expect((await stat(file)).mode & 0o777).toBe(0o644);
  await takeFile(file);
  await expect(stat(file)).rejects.toThrow('ENOENT');

  await writeFile(file, 'server=/opsbro/10.0.0.1\n');
  await expect(putFile(file, content)).rejects.toThrow('was written by somebody else');
});
