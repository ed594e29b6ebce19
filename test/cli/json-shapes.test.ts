import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandJson, NAMED_COMMANDS, routeKey } from '../../scripts/docs/command-json.ts';
import { COMMANDS } from '../../src/cli/catalog.ts';
import { createApi } from '../../src/http/api.ts';
import type { Arrival } from '../../src/http/app.ts';
import { createDoor } from '../../src/http/door.ts';
import type { OpenApi } from '../../src/http/openapi.ts';
import { listenUnix } from '../../src/net/unix-socket.ts';
import { checkClass } from '../health/packages.ts';
import { bodyOf, fakeApi, fakeParts, SETTINGS } from '../http/fake-parts.ts';
import { opsbro } from '../support/cli.ts';
import { differences } from '../support/json-schema.ts';
import { startNameServer, TYPE } from '../support/name-server.ts';
import { tempDirectory } from '../support/temp.ts';
import { ARGUMENTS } from './lines.ts';
import { wholeParts } from './whole-agent.ts';

/** What is printed for people only, starts an agent, or goes on with an object a line: other tests look at those. */
const APART = /^(agent (start|restart|log follow)|maas|.* watch)$/;

/** Lines that are whole where those without an agent need not be. */
const WHOLE: ReadonlyMap<string, string> = new Map([
  ['dns install', '--dry-run'],
  ['dns uninstall', '--dry-run'],
  ['packs diff', 'web'],
  ['pollsters run', 'cpu'],
  ['gossip keyring rotate', '--yes'],
  ['gossip zone change', 'lan'],
  ['gossip zone key generate', '--zone internet'],
  ['gossip zone key import', `--zone internet --erase --key ${Buffer.alloc(32, 7).toString('base64')}`],
  ['packs create', 'mine'],
  ['health test', 'HOME/web'],
  ['tutorials show', 'cli'],
  ['token revoke', 'old --yes'],
]);

/** What has to be done before, so that there is something. */
const BEFORE: ReadonlyMap<string, string> = new Map([
  ['gossip events wait', 'gossip events add deploy'],
  ['maintenance stop', 'maintenance start --for 1h'],
  ['silence remove', 'silence add --check x --for 1h'],
  ['token revoke', 'token create old'],
]);

const { paths } = await bodyOf<OpenApi>(await fakeApi()('/openapi.json'));

interface Answer {
  readonly content: { readonly 'application/json': { readonly schema: Readonly<Record<string, unknown>> } };
}

interface Asked {
  readonly method: string;
  readonly target: string;
}

/** The route that a request came to, as the description of the API writes it. */
function writtenOf({ method, target }: Asked): string {
  const path = target.split('?', 1)[0] ?? '';
  const fits = (written: string) => new RegExp(`^${written.replace(/\{\w+\}/g, '.+')}$`).test(path);
  const [written] = Object.keys(paths)
    .filter((each) => fits(each) && paths[each]?.[method.toLowerCase()] !== undefined)
    .sort((a, b) => b.replace(/\{\w+\}/g, '').length - a.replace(/\{\w+\}/g, '').length);
  if (written === undefined) throw new Error(`${method} ${target} is not described`);
  return written;
}

const routeOf = (asked: Asked): string => routeKey(`${asked.method} ${writtenOf(asked)}`);

/** The published schema of what a request is answered with. */
function schemaOf(asked: Asked): Readonly<Record<string, unknown>> {
  const operation = paths[writtenOf(asked)]?.[asked.method.toLowerCase()];
  if (!operation) throw new Error(`${asked.method} ${asked.target} is not described`);
  return (operation.responses as Readonly<Record<string, Answer>>)[200]?.content['application/json'].schema ?? {};
}

interface Answered {
  readonly method: string;
  readonly target: string;
  readonly status: number;
  readonly body: unknown;
}

const answered: Answered[] = [];
let home = '';
let parts: ReturnType<typeof fakeParts>;
let whole: Awaited<ReturnType<typeof wholeParts>>;

/** An agent of fakes with a home of its own, which notes what it answers. */
beforeAll(async () => {
  const directory = tempDirectory();
  home = directory.path;
  for (const folder of ['data', 'etc', 'log', 'web']) mkdirSync(join(home, folder));
  writeFileSync(join(home, 'log/dns.log'), 'a line\n');
  writeFileSync(join(home, 'web/good_check.js'), checkClass('Good', 'return 0;'));
  const doors = await openDoors();
  const relay = await startRelay(home);
  whole = await wholeParts(home);
  const fake = fakeParts(whole.over);
  const facts = () => ({
    ...fake.agent.facts(),
    // One that there cannot be: who stops it has nothing to wait for.
    pid: 2 ** 22 + 1,
    ports: { ...fake.agent.facts().ports, ...doors.ports },
    home: { config: join(home, 'etc'), data: join(home, 'data'), log: join(home, 'log') },
  });
  parts = { ...fake, agent: { ...fake.agent, facts } };
  const app = createApi(parts, { ...SETTINGS, access: parts.access, maxBody: 100_000 });
  const recording = {
    async fetch(request: Request, arrival: Arrival) {
      const answer = await app.fetch(request, { ...arrival, takesPlain: false });
      const body = readable(await answer.clone().text());
      answered.push({ method: request.method, target: arrival.target, status: answer.status, body });
      return answer;
    },
  };
  const settings = { ...SETTINGS, wall: { hostNames: () => [], pagePorts: () => [] } };
  const listener = await listenUnix(
    { path: join(home, 'data', 'opsbro.sock') },
    { onRequest: createDoor(recording, settings, 'socket') },
    { connectionsPerClient: 100 },
  );
  return async () => {
    await listener[Symbol.asyncDispose]();
    await doors[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  };
});

/** A process by whose name `dns install` finds a program that passes names on. */
async function startRelay(folder: string) {
  const program = join(folder, 'dnsmasq');
  symlinkSync('/bin/sh', program);
  const child = spawn(program, ['-c', 'echo; read -r _'], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  return {
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** Doors for samples, of which nothing is wanted but that they are open, and one that knows a name. */
async function openDoors() {
  const lines = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  const packets = createSocket('udp4').bind(0, '127.0.0.1');
  await Promise.all([once(lines, 'listening'), once(packets, 'listening')]);
  const names = await startNameServer([{ type: TYPE.A, address: '10.0.0.1' }]);
  return {
    ports: { dns: names.port, graphite: (lines.address() as AddressInfo).port, statsd: packets.address().port },
    async [Symbol.asyncDispose]() {
      await names[Symbol.asyncDispose]();
      packets.close();
      lines.close();
      await once(lines, 'close');
    },
  };
}

function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What is called by a name that nobody knows before. */
const NAMED: ReadonlyMap<string, () => Promise<string | undefined>> = new Map([
  ['silence remove', async () => parts.alerting.silences()[0]?.id],
  ['health confirm', () => whole.waitingRepair()],
]);

async function jsonOf(path: string) {
  await parts.kv.put('a', Buffer.from('b'));
  const before = BEFORE.get(path);
  if (before !== undefined) await opsbro(before, { home });
  answered.length = 0;
  const rest = (await NAMED.get(path)?.()) ?? WHOLE.get(path) ?? ARGUMENTS.get(path) ?? '';
  const { out, err } = await opsbro(`${path} ${rest} --json`.replace('HOME', home), { home });
  return { out, shown: err.split('\n', 1)[0] };
}

const commands = [...COMMANDS.keys()].filter((path) => !APART.test(path));

describe('what a program gets with --json', () => {
  test.each(commands.filter((path) => path !== 'kv export'))('of opsbro %s', async (path) => {
    const { out, shown } = await jsonOf(path);
    expect(out, shown).toMatch(/^[^\n]+\n$/);
    const value: unknown = JSON.parse(out);
    const said = commandJson(path);
    if (said.type === 'own') {
      expect(said.schema.safeParse(value).error?.message, out).toBeUndefined();
      return;
    }
    expect(said.type).toBe('answer');
    const source = answered.find(({ body, status }) => status < 300 && isDeepStrictEqual(body, value));
    expect(source, `${out}${shown}`).toBeDefined();
    const { route } = (await COMMANDS.get(path)?.load())?.default ?? { route: '' };
    expect(route.split(', ').map(routeKey), 'the route that the command names').toContain(source && routeOf(source));
    if (source) expect(differences(schemaOf(source), value)).toEqual([]);
  });

  test('is said of no command that there is not', () => {
    expect(NAMED_COMMANDS.filter((path) => !COMMANDS.has(path))).toEqual([]);
  });

  test('of opsbro kv export is an object a line', async () => {
    const lines = (await jsonOf('kv export')).out.trimEnd().split('\n');
    const said = commandJson('kv export');
    const schema = said.type === 'lines' ? said.schema : undefined;
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(schema?.safeParse(JSON.parse(line)), line).toMatchObject({ success: true });
  });
});
