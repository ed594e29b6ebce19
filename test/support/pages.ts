import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { MadeCertificate } from './certificates.ts';

interface Pages extends AsyncDisposable {
  readonly port: number;
}

/** A server of pages on loopback, over TLS if there is a certificate. */
export async function pagesOf(answer: RequestListener, certificate?: MadeCertificate): Promise<Pages> {
  const server: Server = certificate ? createSecureServer(certificate, answer) : createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
