import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { commandJson, NAMED_COMMANDS, routeKey } from '../../scripts/docs/command-json.ts';
import { COMMANDS } from '../../src/cli/catalog.ts';
import { createApi } from '../../src/http/api.ts';
import type { Arrival } from '../../src/http/app.ts';
import { createDoor } from '../../src/http/door.ts';
import type { OpenApi } from '../../src/http/openapi.ts';
import { listenUnix } from '../../src/net/unix-socket.ts';
import { checkClass } from '../health/packages.ts';
import { fakeHealth } from '../http/fake-health.ts';
import { bodyOf, fakeApi, fakeParts, SETTINGS } from '../http/fake-parts.ts';
import { opsbro } from '../support/cli.ts';
import { differences } from '../support/json-schema.ts';
import { tempDirectory } from '../support/temp.ts';
import { ARGUMENTS } from './lines.ts';

/** What is printed for people only, starts or ends an agent, or goes on for ever with an object a line. */
const APART = /^(agent (start|stop|restart|log follow)|maas|dns install|.* watch)$/;

/** Lines that are whole where those without an agent need not be. */
const WHOLE: ReadonlyMap<string, string> = new Map([
  ['dns uninstall', '--dry-run'],
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

/** What the fake agent, which has no such thing, can only refuse. */
const REFUSED =
  /^(dns resolve|docker .*|gossip keyring rotate|health confirm|kv (reopen|sync|where)|packs diff|pollsters run)$/;

const Failure = z.strictObject({ error: z.looseObject({ code: z.string(), message: z.string().min(1) }) });

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

/** An agent of fakes with a home of its own, which notes what it answers. */
beforeAll(async () => {
  const directory = tempDirectory();
  home = directory.path;
  for (const folder of ['data', 'etc', 'log', 'web']) mkdirSync(join(home, folder));
  writeFileSync(join(home, 'log/dns.log'), 'a line\n');
  writeFileSync(join(home, 'web/good_check.js'), checkClass('Good', 'return 0;'));
  const doors = await openDoors();
  const broken = { service: 'web', state: 'critical', repair: [{ name: 'Fix', command: ['true'] }] } as const;
  const fake = fakeParts({ health: fakeHealth({ 'local/key': broken }).part });
  const facts = () => ({
    ...fake.agent.facts(),
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
    directory[Symbol.dispose]();
  };
});

/** Doors for samples, of which nothing is wanted but that they are open. */
async function openDoors() {
  const lines = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  const packets = createSocket('udp4').bind(0, '127.0.0.1');
  await Promise.all([once(lines, 'listening'), once(packets, 'listening')]);
  return {
    ports: { graphite: (lines.address() as AddressInfo).port, statsd: packets.address().port },
    async [Symbol.asyncDispose]() {
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

async function jsonOf(path: string) {
  await parts.kv.put('a', Buffer.from('b'));
  const before = BEFORE.get(path);
  if (before !== undefined) await opsbro(before, { home });
  answered.length = 0;
  const [silence] = parts.alerting.silences();
  const rest = path === 'silence remove' ? silence?.id : (WHOLE.get(path) ?? ARGUMENTS.get(path) ?? '');
  const { out, err } = await opsbro(`${path} ${rest} --json`.replace('HOME', home), { home });
  return { out, shown: err.split('\n', 1)[0] };
}

const commands = [...COMMANDS.keys()].filter((path) => !APART.test(path));

describe('what a program gets with --json', () => {
  test.each(commands.filter((path) => path !== 'kv export'))('of opsbro %s', async (path) => {
    const { out, shown } = await jsonOf(path);
    expect(out, shown).toMatch(/^[^\n]+\n$/);
    const value: unknown = JSON.parse(out);
    if (REFUSED.test(path)) {
      expect(Failure.safeParse(value).error, out).toBeUndefined();
      return;
    }
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
    expect(lines.map((line) => typeof JSON.parse(line))).toEqual(['object', 'object', 'object']);
  });
});
