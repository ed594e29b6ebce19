import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AgentClient } from '../../src/cli/client.ts';
import { otherPlace } from '../../src/cli/find-agent.ts';
import { madeCertificate } from '../support/certificates.ts';
import { Answered, fakeAgent, opsbro, refused } from '../support/cli.ts';
import { tempDirectory } from '../support/temp.ts';

const MADE = {
  ...{ name: 'ci', scope: 'write', origin: 'request', created: 0, expires: null, last_used: null },
  ...{ from: ['10.0.0.0/8'], paths: ['/kv/ci'], token: 'opsbro_secret' },
};
const { token: _secret, ...LISTED } = MADE;

function temp(): string {
  const directory = tempDirectory();
  onTestFinished(() => directory[Symbol.dispose]());
  return directory.path;
}

/** An agent that answers over HTTP only, and what it was shown. */
async function httpAgent(answer: (request: IncomingMessage) => Answered = () => new Answered(200, [])) {
  const shown: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    shown.push(request.headers.authorization);
    const { status, body } = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return { shown, http: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('token', () => {
  test('create prints the token alone', async () => {
    await using agent = await fakeAgent({ 'POST /agent/tokens': MADE });
    const line = 'token create ci --scope write --ttl 90d --from 10.0.0.0/8 --path /kv/ci';

    const { code, out, err } = await opsbro(line, agent);
    expect({ code, out }).toEqual({ code: 0, out: 'opsbro_secret\n' });
    expect(err).toContain('this is shown once');
    expect(agent.asked()).toEqual([
      'POST /agent/tokens {"name":"ci","scope":"write","ttl":"90d","from":["10.0.0.0/8"],"paths":["/kv/ci"]}',
    ]);
    expect(JSON.parse((await opsbro(`${line} --json`, agent)).out)).toEqual(MADE);
    expect(await opsbro('token create ci --scope root', agent)).toMatchObject({ code: 2, out: '' });
  });

  test('list shows everything but the secrets', async () => {
    await using agent = await fakeAgent({ 'GET /agent/tokens': [LISTED] });

    const { out } = await opsbro('token list --utc', agent);
    expect(out).toMatch(/^NAME {2}SCOPE {2}ORIGIN/);
    expect(out).toMatch(
      /ci {4}write {2}request {2}1970-01-01 00:00:00 {2}never {4}never {6}10\.0\.0\.0\/8 {2}\/kv\/ci/,
    );
  });

  test('revoke asks first', async () => {
    await using agent = await fakeAgent({
      'DELETE /agent/tokens/ci': { revoked: 'ci' },
      'GET /agent/tokens': [LISTED],
    });

    expect(await opsbro('token revoke ci', agent)).toMatchObject({ code: 1, out: '' });
    expect(await opsbro('token revoke ci --dry-run', agent)).toMatchObject({ code: 0, out: 'would revoke ci\n' });
    expect(await opsbro('token revoke other --dry-run', agent)).toMatchObject({ code: 2 });
    expect(agent.asked()).not.toContain('DELETE /agent/tokens/ci');
    expect(await opsbro('token revoke ci --yes', agent)).toMatchObject({ code: 0, out: 'the token ci is revoked\n' });
  });
});

describe('who asks over HTTP', () => {
  test('shows the token of the option, of the file, or of the environment, in this order', async () => {
    const { shown, http } = await httpAgent();
    const file = join(temp(), 'token');
    writeFileSync(file, 'from-file\n');
    const env = { OPSBRO_TOKEN: 'from-env' };

    await opsbro(`collectors list --no-wait --http ${http} --token option --token-file ${file}`, { env });
    await opsbro(`collectors list --no-wait --http ${http} --token-file ${file}`, { env });
    await opsbro(`collectors list --no-wait --http ${http}`, { env: { ...env, OPSBRO_TOKEN_FILE: file } });
    await opsbro(`collectors list --no-wait --http ${http}`, { env: { OPSBRO_TOKEN_FILE: file } });
    await opsbro(`collectors list --no-wait --http ${http}`);
    const words = ['option', 'from-file', 'from-env', 'from-file'];
    expect(shown).toEqual([...words.map((word) => `Bearer ${word}`), undefined]);
  });

  test.each([
    ['', 'holds no token'],
    ['two words\n', 'holds no token'],
  ])('a file with %j is no token', async (text, message) => {
    const file = join(temp(), 'token');
    writeFileSync(file, text);

    const { code, err } = await opsbro(`collectors list --http http://127.0.0.1:1 --token-file ${file}`);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect((await opsbro('collectors list --http 127.0.0.1:1 --token-file /nowhere')).err).toContain('ENOENT');
  });

  test('a token is not shown on the unix socket, which needs none', async () => {
    await using agent = await fakeAgent({ 'GET /collectors': [] });

    expect(await opsbro('collectors list --token x --debug', agent)).toMatchObject({ code: 0 });
  });

  test('--debug shows requests and answers without tokens', async () => {
    await using agent = await fakeAgent({ 'POST /agent/tokens': { ...MADE, token: `opsbro_${'x'.repeat(43)}` } });

    const { out, err } = await opsbro('token create ci --debug', agent);
    expect(out).toContain('opsbro_xxx');
    expect(err).toContain('"token":"******"');
  });
});

const WORLD = { env: {}, cwd: '/', uid: 1_000, userHome: '/home/none', program: '/usr/lib/node_modules/opsbro' };
const GIVEN = { json: false, wait: true, local: false, quiet: false, debug: false, timeoutMs: undefined };
const NOTHING = {
  ...GIVEN,
  ...{ home: undefined, config: undefined, socket: undefined, http: undefined, token: undefined, tokenFile: undefined },
  ca: undefined,
};

describe('when the socket is missing or may not be opened', () => {
  const placeOf = (...asked: Parameters<typeof otherPlace>) => {
    const place = otherPlace(...asked);
    return place?.kind === 'http' ? place.url.origin : undefined;
  };

  test('the port of this machine is asked', () => {
    expect(placeOf('absent', NOTHING, WORLD)).toBe('http://127.0.0.1:6770');
    expect(placeOf('denied', NOTHING, { ...WORLD, uid: 0 })).toBe('http://127.0.0.1:6770');
  });

  test('the port is the one that the agent bound, where it says so', () => {
    const home = temp();
    mkdirSync(join(home, 'data'));
    writeFileSync(join(home, 'data/ports.json'), '{"http":7000}');

    expect(placeOf('denied', { ...NOTHING, home }, WORLD)).toBe('http://127.0.0.1:7000');
  });

  test.each([
    ['absent', { home: '/tmp/other' }, {}],
    ['denied', { home: '/tmp/other' }, {}],
    ['absent', {}, { OPSBRO_HOME: '/tmp/other' }],
    ['denied', { socket: '/tmp/s' }, {}],
    ['denied', {}, { OPSBRO_SOCKET: '/tmp/s' }],
  ] as const)('%s: who asked for another agent by %o %o is not led to the usual one', (reason, given, env) => {
    expect(otherPlace(reason, { ...NOTHING, ...given }, { ...WORLD, env })).toBeUndefined();
  });
});

test('who finds no socket is answered over HTTP, and told of the socket when nobody is there either', async () => {
  const { shown, http } = await httpAgent();
  const client = (elsewhere: string) =>
    new AgentClient(
      {
        find: () => ({ kind: 'socket', path: '/nowhere/opsbro.sock' }),
        elsewhere: () => ({ kind: 'http', url: new URL(elsewhere) }),
        token: () => 'x',
        authority: () => undefined,
      },
      {},
    );

  expect(await client(http).ask('GET /collectors', {})).toEqual([]);
  expect(shown).toEqual(['Bearer x']);
  await expect(client('http://127.0.0.1:1').ask('GET /collectors', {})).rejects.toThrow(
    'no agent answers at /nowhere/opsbro.sock',
  );
});

test('a refusal names what is missing', async () => {
  const { http } = await httpAgent(() => refused(403, 'forbidden', 'this needs a token with the scope admin'));

  expect(await opsbro(`agent reload --http ${http} --token x`)).toMatchObject({
    code: 2,
    err: 'error: this needs a token with the scope admin (forbidden)\n',
  });
});

test('over HTTPS an agent is believed by an authority that is named, and not without', async () => {
  const { cert, key } = madeCertificate();
  const server = createTlsServer({ cert, key }, (_, response) => response.end('[]'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const ca = join(temp(), 'ca.pem');
  writeFileSync(ca, cert);
  const line = `collectors list --json --http https://localhost:${(server.address() as AddressInfo).port}`;

  expect(await opsbro(`${line} --ca ${ca}`)).toMatchObject({ code: 0, out: '[]\n' });
  expect(await opsbro(line)).toMatchObject({ code: 1, err: expect.stringContaining('self-signed') });
  expect(await opsbro(`${line} --ca /nowhere`)).toMatchObject({
    code: 2,
    err: expect.stringContaining('--ca: ENOENT'),
  });
});
