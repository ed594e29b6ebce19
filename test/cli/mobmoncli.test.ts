import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RpcError, RpcExecutor } from '../../src/cli/mob/executor.ts';
import { readInputs } from '../../src/cli/mob/inputs.ts';
import { mobmoncli } from '../../src/cli/mob/mobmoncli.ts';
import { tempDirectory } from '../support/temp.ts';

test.each<[string | undefined, string[], Record<string, string>]>([
  [undefined, [], {}],
  ['1', ['1'], {}],
  ['1,2,3,4,a=5,b=6,c=7', ['1', '2', '3', '4'], { a: '5', b: '6', c: '7' }],
  ['a=1=2,b', ['a=1=2', 'b'], {}],
])('inputs %s', (written, args, kwargs) => {
  expect(readInputs(written)).toEqual({ args, kwargs });
});

test.each([',', 'a=1,', ',1', '1,2,a=1,,b=2', ''])('inputs "%s" are refused', (written) => {
  expect(() => readInputs(written)).toThrow(
    'Action arguments are not well-formed. Expected: "a1,...,aN,kv1=a,...,kvN=b"',
  );
});

/** A server that answers every request by the same text, and remembers what was asked. */
async function answering(status: number, text: string, at: { readonly path?: string } = {}) {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}${Buffer.concat(pieces)}`);
      response.writeHead(status).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(at.path ?? { port: 0, host: '127.0.0.1' }, resolve));
  const address = server.address() as AddressInfo | string;
  return {
    asked,
    port: typeof address === 'string' ? 0 : address.port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

async function run(
  argv: readonly string[],
  socket?: string,
  env: Record<string, string> = {},
  pause: (ms: number) => Promise<void> = async () => {},
) {
  const [out, err]: string[][] = [[], []];
  const code = await mobmoncli(argv, {
    env,
    pause,
    localSocket: () => socket,
    out: (text) => void out?.push(text),
    err: (text) => void err?.push(text),
  });
  return { code, out: out?.join(''), err: err?.join('') };
}

test('the answer is printed as it came', async () => {
  await using server = await answering(200, '["svc1"]');
  const at = ['--host', '127.0.0.1', '-p', String(server.port)];
  expect(await run(['GetServiceList', ...at])).toEqual({ code: 0, out: '["svc1"]\n', err: '' });
  await run(['GetStatus', '-s', 'a b', ...at]);
  await run(['ActionInfo', '-s', 'x', '-c', 'y', '-a', 'z', ...at]);
  await run(['RepairService', '-s', 'x', '-a', 'z', '-i', '1,a=2', ...at], undefined, { OPSBRO_TOKEN: 'T' });
  expect(server.asked).toEqual([
    'GET /GetServiceList? ',
    'GET /GetStatus?service=a+b ',
    'GET /ActionInfo?service=x&healthcheck=y&action=z ',
    'POST /RepairService Bearer T{"service":"x","action":"z","args":["1"],"kwargs":{"a":"2"}}',
  ]);
});

test('the socket of the agent of this machine comes first', async () => {
  using directory = tempDirectory();
  const path = join(directory.path, 's');
  await using server = await answering(200, '[]', { path });
  expect(await run(['GetServiceList'], path)).toMatchObject({ code: 0, out: '[]\n' });
  expect(server.asked).toEqual(['GET /mob/GetServiceList? ']);
});

test.each([
  [['Foo'], 'usage: mobmoncli'],
  [[], 'usage: mobmoncli'],
  [['GetStatus', '--nope'], 'usage: mobmoncli'],
  [['RepairService', '-s', 'x'], 'RepairService requires the service and the action'],
  [['GetStatus', '-p', 'x'], '"x" is no port'],
  [['RepairService', '-s', 'x', '-a', 'y', '-i', ','], 'not well-formed'],
])('%j cannot be asked', async (argv, text) => {
  const { code, out, err } = await run(argv);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(text);
});

test('an ambiguous action ends with 2 and the names of the checks', async () => {
  await using server = await answering(409, '{"error":{"code":"ambiguous","message":"ambiguous: A, B"}}');
  const ended = await run(['RepairService', '-s', 'x', '-a', 'y', '-p', String(server.port), '--host', '127.0.0.1']);
  expect(ended).toEqual({ code: 2, out: '', err: 'error: ambiguous: A, B\n' });
});

test('where nobody is, it is tried five times, two seconds apart, and then ends with 1', async () => {
  using directory = tempDirectory();
  const socketPath = join(directory.path, 'nobody');
  expect((await run(['GetServiceList', '--no-retry'], socketPath)).code).toBe(1);
  let tries = 0;
  const server = createTcpServer((socket) => {
    tries += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => void server.listen(socketPath, resolve));
  const pauses: number[] = [];
  const pause = async (ms: number) => void pauses.push(ms);
  const { code, out, err } = await run(['GetServiceList'], socketPath, {}, pause);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/hang up|EPIPE|ECONNRESET/);
  expect([tries, pauses]).toEqual([5, [2_000, 2_000, 2_000, 2_000]]);
  await new Promise((resolve) => server.close(resolve));
});

test('programs get objects, and may leave the check out', async () => {
  await using server = await answering(200, '{"service":"s","health":true,"healthchecks":[]}');
  const executor = new RpcExecutor({ host: '127.0.0.1', port: server.port });
  expect(await executor.RepairService('s', 'act', [1, 2], { z: 3 })).toEqual({
    service: 's',
    health: true,
    healthchecks: [],
  });
  await executor.RepairService('s', 'check', 'act', [1]);
  expect(server.asked).toEqual([
    'POST /RepairService {"service":"s","action":"act","args":[1,2],"kwargs":{"z":3}}',
    'POST /RepairService {"service":"s","healthcheck":"check","action":"act","args":[1],"kwargs":{}}',
  ]);
  await using refusing = await answering(401, '{"error":{"code":"unauthorized","message":"no"}}');
  const refused = new RpcExecutor({ host: '127.0.0.1', port: refusing.port }).GetStatus();
  await expect(refused).rejects.toBeInstanceOf(RpcError);
});
