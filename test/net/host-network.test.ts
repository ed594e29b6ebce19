import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { domainsIn } from '../../src/net/resolver.ts';
import { systemHost } from '../../src/net/system-host.ts';
import type { Connection } from '../../src/net/tcp.ts';
import { never } from '../support/host.ts';
import { tempDirectory } from '../support/temp.ts';

const host = systemHost(systemClock);
const LIMITS = { timeoutMs: 5_000, receiveCap: 1_024 };

interface Place extends AsyncDisposable {
  readonly port: number;
}

async function listening(server: Server, at: string | number = 0): Promise<Place> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket.on('error', () => {}).on('close', () => open.delete(socket)));
  });
  if (typeof at === 'string') server.listen(at);
  else server.listen(at, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: typeof at === 'string' ? 0 : (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const pages = (listen: RequestListener, at?: string) => listening(createHttp(listen), at);

/** What comes until the end, and what ended it. */
const received = (connection: Connection) =>
  new Promise<{ text: string; error: unknown }>((resolve) => {
    let text = '';
    connection.onData((bytes) => {
      text += Buffer.from(bytes).toString();
    });
    connection.onEnd((error) => resolve({ text, error }));
  });

describe('connecting', () => {
  test('speaks with what listens, by name or address', async () => {
    await using echo = await listening(createServer((socket) => void socket.pipe(socket)));
    for (const name of ['localhost', '127.0.0.1']) {
      const connection = await host.connect({ host: name, port: echo.port, ...LIMITS }, never);
      const answer = received(connection);
      connection.write(Buffer.from('hello'));
      connection.finish();
      expect(await answer).toEqual({ text: 'hello', error: undefined });
    }
  });

  test('speaks with what listens at a unix socket', async () => {
    using folder = tempDirectory();
    const socketPath = join(folder.path, 'echo.sock');
    await using _echo = await listening(
      createServer((socket) => void socket.pipe(socket)),
      socketPath,
    );
    const connection = await host.connect({ socketPath, ...LIMITS }, never);
    const answer = received(connection);
    connection.write(Buffer.from('hello'));
    connection.finish();
    expect(await answer).toEqual({ text: 'hello', error: undefined });
  });

  test.each([
    ['/nowhere/at/all.sock', 'ENOENT'],
    [`/tmp/${'x'.repeat(120)}`, 'ENAMETOOLONG'],
  ])('says that there is no unix socket at %s', async (socketPath, code) => {
    await expect(host.connect({ socketPath, ...LIMITS }, never)).rejects.toMatchObject({ code });
  });

  test('ends when more comes than was asked for', async () => {
    await using flood = await listening(createServer((socket) => void socket.write('x'.repeat(5_000))));
    const connection = await host.connect({ host: '127.0.0.1', port: flood.port, ...LIMITS }, never);
    expect(await received(connection)).toMatchObject({ error: { code: 'EFBIG' } });
  });

  test('ends when it is given up', async () => {
    await using silent = await listening(createServer(() => {}));
    const giveUp = new AbortController();
    const connection = await host.connect({ host: '127.0.0.1', port: silent.port, ...LIMITS }, giveUp.signal);
    const answer = received(connection);
    giveUp.abort(new Error('enough'));
    expect(await answer).toMatchObject({ text: '', error: { message: 'enough' } });
  });

  test('says why it is not possible', async () => {
    const { port } = await (async () => {
      await using closed = await listening(createServer());
      return closed;
    })();
    await expect(host.connect({ host: '127.0.0.1', port, ...LIMITS }, never)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    const late = host.connect({ host: '127.0.0.1', port, timeoutMs: 5_000, receiveCap: 0 }, AbortSignal.abort('no'));
    await expect(late).rejects.toBe('no');
  });
});

describe('fetching', () => {
  const ask = (url: string, more = {}) => host.fetch({ url, timeoutMs: 5_000, maxBytes: 1_000, ...more }, never);

  test('sends what it is given and reads the whole answer', async () => {
    await using site = await pages(async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      response.writeHead(201, { 'X-One': 'a', 'set-cookie': ['b', 'c'] });
      response.end(`${request.method} ${request.url} ${request.headers['x-two']} ${body}`);
    });
    const answer = await ask(`http://localhost:${site.port}/a?b=1`, {
      method: 'POST',
      headers: { 'x-two': '2' },
      body: 'c',
    });
    expect(answer).toMatchObject({ status: 201, headers: { 'x-one': 'a', 'set-cookie': 'b, c' } });
    expect(Buffer.from(answer.body).toString()).toBe('POST /a?b=1 2 c');
  });

  test('follows nothing, and takes every status for an answer', async () => {
    await using site = await pages((_, response) => response.writeHead(302, { location: '/other' }).end());
    expect(await ask(`http://127.0.0.1:${site.port}/`)).toMatchObject({ status: 302, headers: { location: '/other' } });
  });

  test('asks a unix socket', async () => {
    using folder = tempDirectory();
    const socketPath = join(folder.path, 'd.sock');
    await using _site = await pages((request, response) => response.end(request.url), socketPath);
    const { body } = await ask('http://docker/info', { socketPath });
    expect(Buffer.from(body).toString()).toBe('/info');
  });

  test('gives up what is too long or takes too long', async () => {
    await using site = await pages((request, response) => {
      if (request.url === '/long') response.end('x'.repeat(1_001));
    });
    await expect(ask(`http://127.0.0.1:${site.port}/long`)).rejects.toMatchObject({ code: 'too_large' });
    await expect(ask(`http://127.0.0.1:${site.port}/never`, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
    await expect(ask('file:///etc/passwd')).rejects.toMatchObject({ code: 'bad_request' });
    await expect(ask('nonsense')).rejects.toMatchObject({ code: 'bad_request' });
  });
});

describe('names', () => {
  test('are found without name servers where the machine knows them itself', async () => {
    expect(await host.addressesOf('localhost', never)).toContain('127.0.0.1');
    expect(await host.addressesOf('::ffff:10.0.0.1', never)).toEqual(['10.0.0.1']);
    expect(await host.namesOf('127.0.0.1', never)).toContain('localhost');
    await expect(host.addressesOf('nobody.invalid', AbortSignal.abort('no'))).rejects.toBe('no');
  });

  test.each([
    ['search a.org b.org.\nnameserver 10.0.0.1', ['a.org', 'b.org']],
    ['domain a.org\nsearch b.org', ['b.org']],
    ['# search a.org\nnameserver 10.0.0.1', []],
    ['', []],
  ])('short ones are looked for in the domains of %j', (text, domains) => {
    expect(domainsIn(text)).toEqual(domains);
  });
});
