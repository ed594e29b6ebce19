import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import type { Endpoint } from '../../src/net/address.ts';
import { connectPsk } from '../../src/net/peer-tls.ts';
import { testWith } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

const KEY = { identity: 'internet/0123456789abcdef', psk: randomBytes(32) };
const soon = () => AbortSignal.timeout(500);

/** Where a server listens until the test is over. */
async function listening(server: Server): Promise<Endpoint> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

testWith('openssl', 'a certificate does not stand for the key, whoever has signed it', async (openssl) => {
  using home = tempDirectory();
  const [key, cert] = [join(home.path, 'key.pem'), join(home.path, 'cert.pem')];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    '-subj',
    '/CN=localhost',
  ];
  execFileSync(openssl, made, { stdio: 'ignore' });
  const at = await listening(createServer({ key: readFileSync(key), cert: readFileSync(cert) }));
  await expect(connectPsk(at, KEY, soon())).rejects.toMatchObject({
    code: 'unauthorized',
    message: `peer 127.0.0.1:${at.port} shows a certificate instead of using our key`,
  });
});

test('who answers in the clear does not speak TLS', async () => {
  const server = createTcp((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await expect(connectPsk(await listening(server), KEY, soon())).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringContaining('does not speak TLS as we do'),
  });
});

test('who says nothing cannot be reached', async () => {
  const server = createTcp((socket) => {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
  });
  await expect(connectPsk(await listening(server), KEY, AbortSignal.timeout(100))).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('it does not answer in time'),
  });
});

test('who hangs up cannot be reached', async () => {
  const server = createTcp((socket) => socket.on('error', () => {}).destroy());
  await expect(connectPsk(await listening(server), KEY, soon())).rejects.toMatchObject({ code: 'unreachable' });
});
