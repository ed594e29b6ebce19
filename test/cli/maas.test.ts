import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runMaas } from '../../src/agent/maas.ts';
import { opsbro } from '../support/cli.ts';
import { recordedCloud } from '../support/cloud.ts';
import { freePort } from '../support/servers/server.ts';
import { tempDirectory } from '../support/temp.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/opsbro', import.meta.url));
const folder = tempDirectory();
afterAll(() => folder[Symbol.dispose]());

interface End {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built program, or a link to it, as its users do. */
async function run(program: string, ...words: string[]): Promise<End> {
  const env = { PATH: process.env['PATH'] ?? '', OPSBRO_HOME: folder.path, HOME: folder.path };
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, out, err };
}

/** Words of `opsbro maas` within this process. */
async function maas(...words: string[]): Promise<End> {
  const said = { out: '', err: '' };
  const code = await runMaas(words, {
    ...{ environment: {}, data: () => join(folder.path, 'data'), version: 'test' },
    out(more) {
      said.out += more;
    },
    err(more) {
      said.err += more;
    },
  });
  return { code, ...said };
}

/** A keystone that answers as a real one did, but for its port, and a service that hangs. */
class Cloud {
  readonly #server: Server;
  hang = false;
  port = 0;

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer({ url, method }: IncomingMessage, response: ServerResponse): void {
    const here = (name: string) => recordedCloud(name).replaceAll('127.0.0.1:5000', `127.0.0.1:${this.port}`);
    if (method === 'POST' && url === '/v3/auth/tokens') {
      response.writeHead(201, { 'x-subject-token': 'gAAAAA-real' });
      response.end(
        here('ks_token.json').replace(/"expires_at": "[^"]*"/, '"expires_at": "2199-01-01T00:00:00.000000Z"'),
      );
      return;
    }
    if (this.hang) return;
    const name = {
      '/v3/services': 'ks_services.json',
      '/v3/users': 'ks_users.json',
      '/v3/projects': 'ks_projects.json',
    }[url ?? ''];
    response.writeHead(name === undefined ? 404 : 200).end(name === undefined ? '' : here(name));
  }
}

const cloud = new Cloud();
const openrc = join(folder.path, 'openrc');
beforeAll(async () => {
  await cloud.start();
  writeFileSync(
    openrc,
    `OS_AUTH_URL=http://127.0.0.1:${cloud.port}/v3\nOS_USERNAME=u\nOS_PASSWORD="geheim 42"\nOS_PROJECT_NAME=p\n`,
  );
});
afterAll(() => cloud.stop());

const LINES =
  /^status okay\nmetric keystone_api_local_status uint32 1\nmetric keystone_api_local_response_time double \d+\.\d{3} ms\nmetric keystone_user_count uint32 10 users\nmetric keystone_tenant_count uint32 4 tenants\n$/;

describe('the program', () => {
  test('prints the lines of a probe, and no password when it says what it asks', async () => {
    const place = ['127.0.0.1', '--port', String(cloud.port), '--openrc', openrc, '-v'];
    const { code, out, err } = await run(PROGRAM, 'maas', 'keystone_api_local_check', ...place);
    expect(out).toMatch(LINES);
    expect(code).toBe(0);
    expect(err).toMatch(/POST http:\/\/127\.0\.0\.1:\d+\/v3\/auth\/tokens 201 \d+\.\d ms/);
    expect(err + out).not.toMatch(/geheim|gAAAAA/);
  });

  test('runs the probe that a link to it is named like', async () => {
    const link = join(folder.path, 'keystone_api_local_check.py');
    symlinkSync(PROGRAM, link);
    const { code, out } = await run(link, '127.0.0.1', '--port', String(cloud.port), '--openrc', openrc);
    expect(out).toMatch(LINES);
    expect(code).toBe(0);
  });

  test('lists every probe there is, and knows their names', async () => {
    const folder = new URL('../../src/collectors/', import.meta.url);
    const { code, out } = await run(PROGRAM, 'maas', 'list', '--json');
    const listed = (JSON.parse(out) as { name: string }[]).map(({ name }) => name);
    const probes = readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && readFileSync(new URL(file, folder), 'utf8').includes('defineProbe({'))
      .map((file) => file.replace(/\.ts$/, '').replaceAll('-', '_'));
    expect([code, listed]).toEqual([0, probes.sort()]);
    const { err } = await run(PROGRAM, 'maas', 'nova_api_local_chek');
    expect(err).toContain('did you mean "nova_api_local_check"');
  });

  test('says of a wrong line what is wrong, on standard error alone', async () => {
    const { code, out, err } = await run(PROGRAM, 'maas', 'keystone_api_local_check', '--nonsense');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain("Unknown option '--nonsense'");
  });
});

describe('a line', () => {
  const keystone = (...words: string[]) => maas('keystone-api-local-check.py', ...words, '--openrc', openrc);
  const here = () => ['127.0.0.1', '--port', String(cloud.port)];

  test('ends within its time when a service hangs', async () => {
    cloud.hang = true;
    const start = performance.now();
    const { code, out } = await keystone(...here(), '--timeout', '0.5');
    cloud.hang = false;
    expect(out).toBe('status okay\nmetric keystone_api_local_status uint32 0\n');
    expect(code).toBe(0);
    expect(performance.now() - start).toBeLessThan(1_500);
  });

  test('has the codes of Nagios when that is wanted', async () => {
    const closed = ['127.0.0.1', '--port', String(await freePort()), '--output', 'nagios'];
    expect(await keystone(...closed)).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^KEYSTONE_API_LOCAL_CHECK CRITICAL - /),
    });
    const alone = join(folder.path, 'openrc-alone');
    const closedPort = closed[2] ?? '';
    writeFileSync(alone, readFileSync(openrc, 'utf8').replace(`:${cloud.port}`, `:${closedPort}`));
    const noKeystone = await maas('nova_api_local_check', '127.0.0.1', '--openrc', alone, '--output', 'nagios');
    expect(noKeystone).toMatchObject({
      code: 3,
      out: expect.stringMatching(
        /^NOVA_API_LOCAL_CHECK UNKNOWN - \S+\/v3\/auth\/tokens does not answer: .*ECONNREFUSED/,
      ),
    });
    const gone = await maas('nova_api_local_check', '--openrc', '/nowhere', '--output', 'nagios');
    expect(gone).toMatchObject({ code: 3, out: 'NOVA_API_LOCAL_CHECK UNKNOWN - OS_USERNAME not set\n' });
  });

  test('ends with 1 when the status is an error', async () => {
    expect(await maas('keystone_api_local_check', '--openrc', '/nowhere')).toEqual({
      code: 1,
      out: 'status error OS_USERNAME not set\n',
      err: '',
    });
  });

  test.each([
    [['nova_api_local_chek'], 'no probe is named "nova_api_local_chek"'],
    [['memory'], 'is a collector, but no probe'],
    [['keystone_api_local_check', 'a', 'b'], '"b" is one argument too many'],
    [['keystone_api_local_check', '--port', 'x'], '--port: '],
    [['keystone_api_local_check', '--timeout', '0'], '--timeout: "0" is not possible'],
    [['keystone_api_local_check', '--output', 'xml'], '--output: "xml" is not possible; write maas, json'],
    [['service_api_local_check', 'heat_cfn'], 'ip is missing'],
    [['list', 'x'], '"x" is not possible behind list'],
    [['run', '--'], 'which program?'],
  ])('%j cannot be understood', async (words, message) => {
    const { code, out, err } = await maas(...words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('shows what there is and what each probe takes', async () => {
    const { out } = await maas('list', '--json');
    const names = (JSON.parse(out) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['nova_api_local_check', 'galera_check', 'conntrack_count', 'horizon_check']),
    );
    for (const name of names) {
      const { code, out: help } = await maas(name, '--help');
      expect([code, help]).toEqual([0, expect.stringContaining(`Usage: opsbro maas ${name}`)]);
    }
    expect((await maas()).code).toBe(2);
    expect((await maas('--help')).out).toContain('Usage: opsbro maas PLUGIN');
  });

  test('is one of the words of the command line', async () => {
    expect(await opsbro('maas keystone_api_local_check --nonsense')).toMatchObject({ code: 2, out: '' });
  });
});

test('a line may stand behind options of every command, too', async () => {
  const help = expect.stringContaining('Usage: opsbro maas galera_check');
  for (const before of [`--home ${folder.path}`, `--home=${folder.path} --no-wait`])
    expect(await opsbro(`${before} maas galera_check --help`)).toMatchObject({ code: 0, out: help });
  expect(await opsbro(`maas --home ${folder.path} galera_check --nonsense`)).toMatchObject({ code: 2, out: '' });
  const general = expect.stringContaining('Usage: opsbro maas PLUGIN');
  for (const words of ['maas --help', 'maas -h', `--home ${folder.path} maas --help`])
    expect(await opsbro(words)).toMatchObject({ code: 0, out: general });
});

describe('a program of others', () => {
  const shell = (script: string) => maas('run', '--', '/bin/sh', '-c', script);

  test('is read and shown', async () => {
    const { code, out } = await shell("printf 'status okay fine\\nmetric a.b int'; sleep 0.05; echo '64 7 things'");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ...{ state: 'available', status: 'okay fine' },
      metrics: [{ name: 'b', dimension: 'a', type: 'int64', value: '7', unit: 'things' }],
    });
  });

  test.each([
    ['exit 3', 'Plugin exited with non-zero status code (code=3)'],
    ['echo status broken; echo metric a int32 1; exit 1', 'broken'],
    ['echo nonsense', 'Unrecognized line "nonsense"'],
  ])('that fails, %j, fails here', async (script, status) => {
    const { code, out } = await shell(script);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ state: 'unavailable', status, metrics: [] });
  });
});
