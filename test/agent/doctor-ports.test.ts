import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { portFindings } from '../../src/agent/doctor-ports.ts';
import { loadPlugins, placesOf } from '../../src/agent/plugins.ts';
import { readWritten, type Written } from '../../src/agent/written.ts';
import { Disposal } from '../../src/base/disposal.ts';
import { findHome, type Home } from '../../src/base/home.ts';
import { AgentConfig } from '../../src/config/agent-schema.ts';
import { PackCode } from '../../src/packs/code.ts';
import { tempDirectory } from '../support/temp.ts';

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

/** A port that a socket of this process holds at an address. */
async function held(transport: 'tcp' | 'udp', address: string): Promise<number> {
  if (transport === 'udp') {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4').bind({ address, port: 0, exclusive: true });
    await once(socket, 'listening');
    opened.defer(async () => void socket.close());
    return socket.address().port;
  }
  const server = createServer().listen({ host: address, port: 0, exclusive: true });
  await once(server, 'listening');
  opened.defer(async () => void server.close());
  return (server.address() as AddressInfo).port;
}

const CLOSED = { port: 0, peer_port: 0, http: { port: 0 }, websocket: { enabled: false } };
const KEY = `${Buffer.alloc(32, 1).toString('base64')}\n`;
/** An address of loopback that other tests do not use at the same time. */
const HERE = `127.77.${process.pid % 250}.1`;
const THERE = `127.77.${process.pid % 250}.2`;

let written: Written;
let home: Home;
beforeAll(async () => {
  const folder = tempDirectory();
  const place = { flags: { home: folder.path }, env: {}, uid: 1_000, cwd: folder.path, userHome: folder.path };
  home = findHome({ ...place, program: fileURLToPath(new URL('../../', import.meta.url)), exists: () => false });
  const plugins = await loadPlugins();
  written = await readWritten({ home, env: {}, flags: new Map(), plugins, code: new PackCode(placesOf(plugins)) });
  return () => folder[Symbol.dispose]();
});

/** What is said of ports with these settings beside closed doors. */
async function portsOf(settings: object, running?: number): Promise<readonly string[]> {
  const config = AgentConfig.parse({ ...CLOSED, ...settings });
  // No pack says anything of doors.
  const packs = { ...written.packs, packs: [] };
  const findings = await portFindings({ packs, loaded: { ...written.loaded, config } }, { home, running });
  return findings.map(({ about, verdict, text }) => `${verdict} ${about} ${text}`);
}

const takenBy = (pid: number) => `is taken by \\S+ \\(pid ${pid}\\)`;

test('doors at port 0 and those that are closed are not looked for', async () => {
  const closed = { graphite: { port: 1 }, statsd: { port: 1 }, dns: { port: 1 }, mob: { port: 1 } };
  expect(await portsOf(closed)).toEqual([]);
  expect(await portsOf({ peer_port: 'off', http: { port: 'off' } })).toEqual([]);
  expect(await portsOf({ port: 1, peer_port: 1, service_discovery_topic_enabled: false })).toEqual([]);
});

type Case = readonly ['tcp' | 'udp', string, string, (at: { port: number; bind: string }) => object];

const CASES: readonly Case[] = [
  ['tcp', 'gossip', 'port', (at) => at],
  ['udp', 'gossip', 'port', (at) => at],
  ['tcp', 'peer', 'peer_port', ({ port, bind }) => ({ bind, peer_port: port })],
  ['tcp', 'http', 'http.port', (at) => ({ http: at })],
  ['tcp', 'mob', 'mob.port', (at) => ({ mob: { enabled: true, ...at } })],
  ['tcp', 'websocket', 'websocket.port', (at) => ({ websocket: at })],
  ['tcp', 'dns', 'dns.port', (at) => ({ dns: { enabled: true, ...at } })],
  ['udp', 'dns', 'dns.port', (at) => ({ groups: 'dns-listener', dns: at })],
  ['tcp', 'statsd', 'statsd.port', (at) => ({ groups: 'statsd-listener', statsd: at })],
  ['udp', 'statsd', 'statsd.port', (at) => ({ statsd: { enabled: true, tcp: false, ...at } })],
  ['tcp', 'graphite', 'graphite.port', (at) => ({ graphite: { enabled: true, ...at } })],
  ['udp', 'graphite', 'graphite.port', (at) => ({ graphite: { enabled: true, tcp: false, ...at } })],
  [
    ...(['tcp', 'pickle', 'graphite.pickle_port'] as const),
    ({ port, bind }) => ({ graphite: { enabled: true, port: 0, pickle: true, pickle_port: port, bind } }),
  ],
];

test.each(CASES)('over %s the port of %s is told when it is taken, and by whom', async (transport, ...rest) => {
  const [door, setting, settingsAt] = rest;
  const port = await held(transport, HERE);
  const told = (await portsOf(settingsAt({ port, bind: HERE }))).filter((line) => !line.startsWith('ok'));
  const what = `^bad port ${port} \\(${door}, ${transport.toUpperCase()}\\) at ${HERE} ${takenBy(process.pid)}`;
  const todo = `stop what listens at ${HERE}:${port}, or choose another: ${setting}$`;
  expect(told).toEqual([expect.stringMatching(new RegExp(`${what}; ${todo}`))]);
  const elsewhere = await portsOf(settingsAt({ port, bind: THERE }));
  expect(elsewhere).toEqual([
    expect.stringMatching(new RegExp(`^ok port ${port} \\(${door}\\) is free: .* at ${THERE}$`)),
  ]);
});

test('each address that is written is looked at, and one that stands for all of them', async () => {
  const port = await held('tcp', HERE);
  const taken = (address: string) =>
    expect.stringMatching(new RegExp(`^bad port ${port} \\(http, TCP\\) at ${address} is taken by `));
  expect(await portsOf({ http: { port, bind: [THERE, HERE] } })).toEqual([
    `ok port ${port} (http) is free: TCP at ${THERE}`,
    taken(HERE),
  ]);
  expect(await portsOf({ http: { port, bind: '0.0.0.0' } })).toEqual([taken('0.0.0.0')]);
});

test('what is free for one transport alone is told so', async () => {
  const port = await held('udp', HERE);
  expect(await portsOf({ dns: { enabled: true, port, bind: [HERE, THERE] } })).toEqual([
    `ok port ${port} (dns) is free: TCP at ${HERE}, ${THERE}; UDP at ${THERE}`,
    expect.stringMatching(/^bad .* is taken by /),
  ]);
});

test('gossip is looked for everywhere with a key of the zone, and on loopback without', async () => {
  const port = await held('udp', HERE);
  expect(await portsOf({ port })).toEqual([`ok port ${port} (gossip) is free: TCP and UDP at 127.0.0.1`]);
  const keys = join(home.config, 'zone_keys');
  mkdirSync(keys, { recursive: true });
  writeFileSync(join(keys, 'internet.gossip.key'), KEY, { mode: 0o600 });
  expect(await portsOf({ port })).toContainEqual(
    expect.stringMatching(/^bad .*\(gossip, UDP\) at (::|0\.0\.0\.0) is taken by .*\(pid \d+\)/),
  );
  rmSync(keys, { recursive: true });
});

test('two doors that want the same place are told, and those that can stand beside each other are not', async () => {
  const port = await held('udp', HERE);
  const both = (http: readonly string[], websocket: readonly string[]) =>
    portsOf({ http: { port, bind: http }, websocket: { port, bind: websocket } });
  const clash = (address: string) =>
    `bad port ${port} is wanted by http and by websocket (TCP at ${address}), and one alone can have it; ` +
    'choose another: http.port or websocket.port';
  const isTold = async (http: readonly string[], websocket: readonly string[]) =>
    (await both(http, websocket)).filter((line) => line.includes('is wanted by'));
  expect(await isTold([HERE], [THERE, HERE])).toEqual([clash(HERE)]);
  expect(await isTold(['0.0.0.0'], [HERE])).toEqual([clash(HERE)]);
  expect(await isTold([HERE], ['::'])).toEqual([clash('::')]);
  expect(await isTold([HERE], [THERE, '::'])).toEqual([]);
  expect(await isTold(['0.0.0.0'], ['::1'])).toEqual([]);
  // The one is for TCP and the other for UDP.
  const apart = { http: { port, bind: HERE }, statsd: { enabled: true, tcp: false, port, bind: HERE } };
  expect(await portsOf(apart)).not.toContainEqual(expect.stringContaining('is wanted by'));
  const own = { bind: HERE, port, peer_port: port, service_discovery_topic_enabled: true };
  expect(await portsOf(own)).toContainEqual(
    expect.stringMatching(/ is wanted by gossip and by peer \(TCP at .*: port or peer_port$/),
  );
});

test('a door for both families can be opened beside what holds only one of them', async () => {
  const port = await held('tcp', HERE);
  expect(await portsOf({ http: { port, bind: [THERE, '::'] } })).toEqual([
    `ok port ${port} (http) is free: TCP at ${THERE}, ::`,
  ]);
});

test('an address that this machine lacks is told only where it is the first', async () => {
  const port = await held('udp', HERE);
  expect(await portsOf({ http: { port, bind: '203.0.113.7' } })).toEqual([
    `bad port ${port} (http, TCP) at 203.0.113.7: this machine does not have that address; write one that it has`,
  ]);
  expect(await portsOf({ http: { port, bind: [HERE, '203.0.113.7'] } })).toEqual([
    `ok port ${port} (http) is free: TCP at ${HERE}`,
  ]);
});

test('what the running agent holds itself is well, and what another holds is told also while it runs', async () => {
  const code = `const s = require('net').createServer().listen(0, '${HERE}', () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  opened.defer(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  const [port, other] = [Number(printed), await held('tcp', HERE)];
  const settings = { bind: HERE, peer_port: other, http: { port, bind: [HERE, THERE] } };
  expect(await portsOf(settings, child.pid)).toEqual([
    expect.stringContaining(`(pid ${process.pid})`),
    `ok port ${port} (http) is held by this agent: TCP at ${HERE}`,
    `ok port ${port} (http) is free: TCP at ${THERE}`,
  ]);
  expect(await portsOf(settings)).toContainEqual(
    expect.stringMatching(new RegExp(`^bad port ${port} .*\\(pid ${child.pid}\\)`)),
  );
});
