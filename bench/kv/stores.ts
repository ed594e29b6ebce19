import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { soon } from '../agents.ts';
import { bundledProgram } from '../bundled.ts';
import { freePort, type Running, type Workplace } from '../workplace.ts';
import type { KvLoad, KvSeen } from './load.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What is compared is the store, so that nothing is collected and checked beside it. */
const IDLE = {
  OPSBRO_MONITORING_TOPIC_ENABLED: 'false',
  OPSBRO_METROLOGY_TOPIC_ENABLED: 'false',
  OPSBRO_AUTOMATIC_DETECTION_TOPIC_ENABLED: 'false',
};
const OFF = {
  ...IDLE,
  OPSBRO_HTTP__PORT: 'off',
  OPSBRO_WEBSOCKET__PORT: 'off',
  OPSBRO_DNS__PORT: 'off',
  OPSBRO_HOME: '',
  // As docs/kv.md says for a node whose store is busy all day.
  OPSBRO_NODE_FLAGS: '--max-semi-space-size=32',
};

/** How long agents may take to find each other and to settle their ring. */
const RING_MS = 60_000;

/** A store of one or more members, and where each of them is asked. */
export interface Store {
  readonly members: readonly Running[];
  readonly places: KvLoad['places'];
  readonly form: KvLoad['form'];
}

/** Servers have the first processor, whoever loads them has the second. */
const pinned = (place: Workplace, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Running =>
  place.start('taskset', ['-c', '0', ...argv], env);

/** So many agents that keep each key together, asked over their unix sockets: writing needs that or a token. */
export async function startAgents(place: Workplace, count: number): Promise<Store> {
  const seed = await freePort();
  const members: Running[] = [];
  const places: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const home = await place.directory(`agent${count}-${at}`);
    const ports = {
      OPSBRO_BIND: `127.0.0.${at + 2}`,
      OPSBRO_PORT: String(seed),
      OPSBRO_PEER_PORT: '0',
      OPSBRO_NAME: `n${at}`,
    };
    const env = { ...OFF, ...ports, OPSBRO_GROUPS: 'kv', OPSBRO_SEEDS: at === 0 ? '' : `127.0.0.2:${seed}` };
    const running = pinned(place, [join(root, 'bin', 'opsbro'), 'agent', 'start', '--home', home], env);
    members.push(running);
    places.push(join(home, 'data', 'opsbro.sock'));
  }
  for (const [at, running] of members.entries()) {
    await soon(running, async () => (await isWhole(places[at] ?? '', count)) || undefined, RING_MS);
  }
  return { members, places, form: 'opsbro' };
}

/** Whether an agent acknowledges a write that all members have. */
async function isWhole(path: string, count: number): Promise<boolean> {
  const { request } = await import('node:http');
  return await new Promise((resolve) => {
    const sent = request({
      socketPath: path,
      path: '/kv/bench/start?w=all',
      method: 'PUT',
      headers: { 'content-length': 1 },
    });
    sent.once('error', () => resolve(false));
    sent.once('response', (answer) => {
      answer.resume().once('end', () => resolve(answer.headers['x-opsbro-replicas'] === `${count}/${count}`));
    });
    sent.end('1');
  });
}

/** An etcd cluster of so many members. */
export async function startEtcds(place: Workplace, count: number): Promise<Store> {
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const peers = await Promise.all(Array.from({ length: count }, freePort));
  const url = (port: number | undefined) => `http://127.0.0.1:${port}`;
  const cluster = peers.map((port, at) => `m${at}=${url(port)}`).join(',');
  const members: Running[] = [];
  for (const [at, port] of ports.entries()) {
    const folder = join(await place.directory(`etcd${count}-${at}`), 'data');
    const clients = ['--listen-client-urls', url(port), '--advertise-client-urls', url(port)];
    const others = ['--listen-peer-urls', url(peers[at]), '--initial-advertise-peer-urls', url(peers[at])];
    const argv = [
      'etcd',
      '--name',
      `m${at}`,
      '--data-dir',
      folder,
      ...clients,
      ...others,
      '--initial-cluster',
      cluster,
    ];
    members.push(pinned(place, [...argv, '--log-level', 'error']));
  }
  for (const [at, running] of members.entries()) {
    await soon(running, async () => {
      const answer = await fetch(`${url(ports[at])}/health`).catch(() => undefined);
      return answer?.ok || undefined;
    });
  }
  return { members, places: ports, form: 'etcd' };
}

/** A server that does nothing but answer with a value. */
export async function startBare(place: Workplace): Promise<Store> {
  const running = pinned(place, [process.execPath, await bundledProgram('bench/kv/bare.ts')]);
  const port = await soon(running, async () => Number(/^\d+$/m.exec(running.printed())?.[0] ?? 0) || undefined);
  return { members: [running], places: [port], form: 'opsbro' };
}

/** Loads a store from the second processor. Fails when an answer was no success. */
export async function loaded(place: Workplace, store: Store, how: Omit<KvLoad, 'places' | 'form'>): Promise<KvSeen> {
  const script = fileURLToPath(new URL('load.ts', import.meta.url));
  const load: KvLoad = { places: store.places, form: store.form, ...how };
  const running = place.start('taskset', [
    '-c',
    '1',
    process.execPath,
    '--import',
    'tsx',
    script,
    JSON.stringify(load),
  ]);
  await new Promise((resolve) => running.child.once('close', resolve));
  await place.stop(running);
  const seen = JSON.parse(running.printed()) as KvSeen;
  if (seen.bad > 0) throw new Error(`${seen.bad} answers were no success`);
  return seen;
}
