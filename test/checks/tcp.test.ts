import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import tcp from '../../src/checks/tcp.ts';
import type { CheckResult } from '../../src/model/check.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { type MadeCertificate, madeCertificate } from '../support/certificates.ts';
import { checkContext } from '../support/check.ts';
import { never } from '../support/host.ts';

/** A server on loopback that does this with each connection. */
async function listening(serve: (socket: Socket) => void, certificate?: MadeCertificate) {
  const open = new Set<Socket>();
  const accept = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    serve(socket);
  };
  const server = certificate ? createSecureServer(certificate, accept) : createServer(accept);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function judged(options: object, more: object = {}): Promise<CheckResult> {
  await using host = systemHost(systemClock);
  return await tcp.configure({ tcp: options, ...more })(checkContext({ host }), never);
}

test('a port that is open is well', async () => {
  await using server = await listening(() => {});
  expect(await judged({ port: server.port })).toEqual({
    state: 'ok',
    output: expect.stringMatching(/^TCP OK - 0\.\d{3} second response time on 127\.0\.0\.1 port \d+$/),
    perfdata: [expect.stringMatching(/^time=0\.\d{6}s;;;0;10$/)],
  });
});

test('a banner is looked for, whatever pieces it comes in', async () => {
  await using server = await listening((socket) => {
    socket.write('220 h');
    socket.write('i there\r\n');
  });
  const { state, output } = await judged({ port: server.port, expect: ['221', '220 hi'] });
  expect(state).toBe('ok');
  expect(output).toMatch(/ \[220 hi( there)?\]$/);
});

test('what is sent is answered, and what is said last arrives', async () => {
  let received = '';
  await using server = await listening((socket) => {
    socket.on('data', (piece) => {
      received += piece.toString();
      if (received === 'PING\r\n') socket.write('+PONG\r\n');
    });
  });
  const result = await judged({ port: server.port, send: 'PING\\r\\n', expect: 'PONG', quit: 'QUIT\\x0a' });
  expect(result.state).toBe('ok');
  await expect.poll(() => received).toBe('PING\r\nQUIT\n');
});

test('another answer, none at all and an end without any are problems', async () => {
  await using other = await listening((socket) => socket.end('500 go\u001b[31m away'));
  expect(await judged({ port: other.port, expect: '220' })).toMatchObject({
    state: 'critical',
    output: 'TCP CRITICAL - unexpected answer: 500 go away',
  });
  await using silent = await listening(() => {});
  expect(await judged({ port: silent.port, expect: '220' }, { timeout: '200ms' })).toMatchObject({
    state: 'critical',
    output: 'TCP CRITICAL - unexpected answer: (nothing)',
  });
});

test.each(['ok', 'warning', 'critical'] as const)('a port that refuses may be %s', async (refuse) => {
  expect(await judged({ port: 1, refuse })).toEqual({
    state: refuse,
    output: `TCP ${refuse.toUpperCase()} - connect to 127.0.0.1 port 1: connection refused`,
  });
});

test('TLS is verified, and the end of the certificate seen coming', async () => {
  const certificate = madeCertificate(7);
  await using server = await listening((socket) => socket.write('220 hi'), certificate);
  const secure = { host: 'localhost', port: server.port, tls: true, expect: '220' };
  expect(await judged(secure)).toMatchObject({ state: 'critical', output: expect.stringContaining('self-signed') });
  expect(await judged({ ...secure, verify: false })).toMatchObject({
    state: 'warning',
    output: expect.stringMatching(/^TCP WARNING - certificate ends in 6 days - .* \[220 hi\]$/),
  });
  expect((await judged({ ...secure, verify: false, cert_warning: 0 })).state).toBe('ok');
});

test('a time that is too long is said', async () => {
  await using server = await listening(() => {});
  expect((await judged({ port: server.port, warning_time: 0 })).state).toBe('warning');
  expect((await judged({ port: server.port, warning_time: 0, critical_time: 0 })).state).toBe('critical');
});

test('addresses of the link are refused', async () => {
  expect((await judged({ host: '169.254.169.254', port: 80 })).output).toMatch(/169\.254\.169\.254 is refused/);
});
