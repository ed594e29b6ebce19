import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { COMMANDS } from '../../src/cli/catalog.ts';
import { createApi } from '../../src/http/api.ts';
import type { Arrival } from '../../src/http/app.ts';
import { createDoor } from '../../src/http/door.ts';
import type { OpenApi } from '../../src/http/openapi.ts';
import { AgentHealthJson } from '../../src/http/schemas/inside.ts';
import { MemberJson } from '../../src/http/schemas.ts';
import { listenUnix } from '../../src/net/unix-socket.ts';
import { fakeHealth } from '../http/fake-health.ts';
import { bodyOf, fakeApi, fakeParts, SETTINGS } from '../http/fake-parts.ts';
import { opsbro } from '../support/cli.ts';
import { differences } from '../support/json-schema.ts';
import { tempDirectory } from '../support/temp.ts';
import { ARGUMENTS } from './lines.ts';

/** What is printed for people only, starts or ends an agent, or goes on for ever with an object a line. */
const APART = /^(agent (start|stop|restart|log follow)|completion|maas|tutorials show|dns (un)?install|.* watch)$/;

/** Lines that are whole where those without an agent need not be. */
const WHOLE: ReadonlyMap<string, string> = new Map([
  ['gossip keyring rotate', '--yes'],
  ['gossip zone change', 'lan'],
  ['gossip zone key generate', '--zone internet'],
  ['gossip zone key import', `--zone internet --erase --key ${Buffer.alloc(32, 7).toString('base64')}`],
  ['packs create', 'mine'],
  ['health test', '/nowhere'],
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
  /^(agent log show|dns resolve|docker .*|gossip keyring rotate|health (confirm|test)|kv (reopen|sync|where)|metrics send|packs diff|pollsters run|statsd send)$/;

const Packs = z.array(z.looseObject({ name: z.string(), level: z.string() }));
const ZoneKey = z.looseObject({ zone: z.string(), path: z.string(), fingerprint: z.string() });

/** Commands whose JSON is not the answer of a route, and what it is. */
const OWN: Readonly<Record<string, z.ZodType>> = {
  'agent debug': z.strictObject({ file: z.string(), bytes: z.int() }),
  'agent health': AgentHealthJson.extend({ state: z.string() }).strict(),
  'agent keygen': z.strictObject({ gossip_key: z.base64() }),
  'agent print': z.string(),
  'agent wait-initialized': z.strictObject({ state: z.enum(['ok', 'initializing', 'stopped']) }),
  banner: z.string(),
  'collectors show': z.record(z.string(), z.record(z.string(), z.unknown()).nullable()),
  'collectors state': z.array(
    z.strictObject({ name: z.string(), state: z.string(), stale: z.boolean(), log: z.string() }),
  ),
  'collectors wait-ok': z.strictObject({ name: z.string(), state: z.string() }),
  'config sample': z.strictObject({ kind: z.string(), text: z.string() }),
  'config schema': z.looseObject({ $schema: z.url(), title: z.string() }),
  'config show': z.record(z.string(), z.unknown()),
  'config validate': z.looseObject({ files: z.int(), objects: z.int(), errors: z.int(), warnings: z.int() }),
  'detectors wait-group': z.array(z.string()),
  doctor: z.array(z.strictObject({ about: z.string(), verdict: z.enum(['ok', 'poor', 'bad']), text: z.string() })),
  'evaluator wait-eval-true': z.strictObject({ expr: z.string(), state: z.string() }),
  'gossip wait-members': z.array(MemberJson),
  'gossip zone key generate': ZoneKey,
  'gossip zone key import': ZoneKey,
  'kv history': z.array(z.looseObject({ index: z.int(), op: z.string(), version: z.string() })),
  'kv wait-exists': z.strictObject({ key: z.string(), exists: z.boolean() }),
  'kv wait-value': z.strictObject({ key: z.string(), reached: z.boolean() }),
  'maintenance stop': z.array(z.looseObject({ id: z.string(), state: z.string() })),
  'monitoring wait-ok': z.strictObject({ name: z.string(), state: z.string(), checks: z.array(z.unknown()) }),
  'packs create': z.looseObject({ dir: z.string() }),
  'packs parameters list': z.array(z.looseObject({ name: z.string(), value: z.unknown(), is_default: z.boolean() })),
  'packs show': Packs,
  'tutorials list': z.array(z.looseObject({ name: z.string(), pack: z.string(), title: z.string() })),
  ui: z.strictObject({ url: z.url() }),
  version: z.strictObject({ version: z.string(), node: z.string() }),
};

const Failure = z.strictObject({ error: z.looseObject({ code: z.string(), message: z.string().min(1) }) });

const { paths } = await bodyOf<OpenApi>(await fakeApi()('/openapi.json'));

interface Answer {
  readonly content: { readonly 'application/json': { readonly schema: Readonly<Record<string, unknown>> } };
}

/** The published schema of what a request is answered with. */
function schemaOf(method: string, target: string): Readonly<Record<string, unknown>> {
  const path = target.split('?', 1)[0] ?? '';
  const fits = (written: string) => new RegExp(`^${written.replace(/\{\w+\}/g, '.+')}$`).test(path);
  const [written] = Object.keys(paths)
    .filter((each) => fits(each) && paths[each]?.[method.toLowerCase()] !== undefined)
    .sort((a, b) => b.replace(/\{\w+\}/g, '').length - a.replace(/\{\w+\}/g, '').length);
  const operation = paths[written ?? '']?.[method.toLowerCase()];
  if (!operation) throw new Error(`${method} ${target} is not described`);
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
  for (const folder of ['data', 'etc']) mkdirSync(join(home, folder));
  const broken = { service: 'web', state: 'critical', repair: [{ name: 'Fix', command: ['true'] }] } as const;
  parts = fakeParts({ health: fakeHealth({ 'local/key': broken }).part });
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
    directory[Symbol.dispose]();
  };
});

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
  const { out, err } = await opsbro(`${path} ${rest} --json`, { home });
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
    const own = OWN[path];
    if (own) {
      expect(own.safeParse(value).error?.message, out).toBeUndefined();
      return;
    }
    const source = answered.find(({ body, status }) => status < 300 && isDeepStrictEqual(body, value));
    expect(source, `${out}${shown}`).toBeDefined();
    if (source) expect(differences(schemaOf(source.method, source.target), value)).toEqual([]);
  });

  test('of opsbro kv export is an object a line', async () => {
    const lines = (await jsonOf('kv export')).out.trimEnd().split('\n');
    expect(lines.map((line) => typeof JSON.parse(line))).toEqual(['object', 'object', 'object']);
  });
});
