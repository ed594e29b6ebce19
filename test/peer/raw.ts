import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Endpoint } from '../../src/net/address.ts';
import { PeerKeyTable, type ZoneKey } from '../../src/peer/keys.ts';
import { PEER_HEADER, peerHeader, type Sender, type Signed } from '../../src/peer/signature.ts';
import { type RawAnswer, readAll } from '../http/raw-client.ts';

/** What is derived from a key for the zone `internet`. */
export function derived(key: ZoneKey) {
  const table = new PeerKeyTable({ own: 'internet', zones: () => [{ zone: 'internet', keyring: [key] }] });
  const [first] = table.of('internet') ?? [];
  if (!first) throw new Error('a zone with a key has one');
  return first;
}

/** Makes the handshake as a peer would, with what a test changes of it. */
export function secure({ address, port }: Endpoint, key: ZoneKey, change: ConnectionOptions = {}): Promise<TLSSocket> {
  const { identity, psk } = derived(key);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port,
      ciphers: 'TLS_AES_128_GCM_SHA256',
      ca: [],
      checkServerIdentity: () => undefined,
      pskCallback: () => ({ identity, psk }),
      ...change,
    });
    socket.once('secureConnect', () => resolve(socket));
    socket.on('error', reject);
  });
}

export const SENDER: Sender = { id: 'id-x', boot: 'boot-x', counter: 1 };

/** A request as it goes over the wire, signed unless a test gives another header. */
export function requestText(key: ZoneKey, signed: Signed, header?: string): string {
  const value = header ?? peerHeader(SENDER, signed, derived(key).signing);
  const lines = [
    `${signed.method} ${signed.path} HTTP/1.1`,
    'Host: peer',
    'Connection: close',
    `Content-Length: ${signed.body.length}`,
    ...(value === '' ? [] : [`${PEER_HEADER}: ${value}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${Buffer.from(signed.body).toString('latin1')}`;
}

/** Sends these characters and reads until the other side hangs up. */
export async function exchange(socket: Duplex, text: string): Promise<RawAnswer> {
  socket.write(Buffer.from(text, 'latin1'));
  return await readAll(socket as TLSSocket);
}

/** Resolves when the other side has closed the connection. */
export function closed(socket: Duplex): Promise<void> {
  socket.on('error', () => {});
  socket.resume();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
