/** TLS between nodes: 1.3 only, with a key that both sides have instead of certificates. */
import { constants } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { OpsbroError, systemCode } from '../base/errors.ts';
import { type Endpoint, endpointText } from './address.ts';
import { unreachable } from './http-client.ts';

/** A shared key and the name by which the other side finds it. */
export interface Psk {
  readonly identity: string;
  /** 32 bytes. */
  readonly psk: Uint8Array;
}

/** What decides who may come in. */
export interface PskRules {
  /** Milliseconds that a handshake may take. */
  readonly timeoutMs: number;
  /** The 32 bytes of a key; nothing for a name that is not known. */
  keyOf(identity: string): Uint8Array | undefined;
  /** Told of a connection that has not, with a reason from a small set of words. It is closed already. */
  onRefused(reason: string, address: string): void;
}

/** A shared key belongs to one hash in TLS 1.3; with OpenSSL's callbacks that is SHA-256, whose first cipher is this one. */
const CIPHER = 'TLS_AES_128_GCM_SHA256';
const HANDSHAKE_RECORD = 0x16;

const REASONS: ReadonlyMap<string | undefined, string> = new Map([
  ['ERR_SSL_BINDER_DOES_NOT_VERIFY', 'wrong_key'],
  // Without a key that both know a certificate would be needed, and there is none.
  ['ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM', 'unknown_key'],
  ['ERR_SSL_NO_SHARED_CIPHER', 'other_cipher'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'old_tls'],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', 'slow_handshake'],
  ['ECONNRESET', 'broken_handshake'],
]);

/** A connection that has proved to have the key of this name. */
export type Secured = (socket: TLSSocket, identity: string) => void;

/**
 * Makes the server's side of the handshake on connections that are handed to the answer; each is told when it is secured. Nothing is ever resumed: a resumed session does
 * not ask for the key again, so it would outlive the key's removal.
 */
export function pskServer({ timeoutMs, keyOf, onRefused }: PskRules): (raw: Socket, secured: Secured) => void {
  const identities = new WeakMap<TLSSocket, string>();
  const waiting = new Map<string, Secured>();
  const server = createServer({
    minVersion: 'TLSv1.3',
    ciphers: CIPHER,
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: timeoutMs,
    pskCallback(socket, identity) {
      const psk = keyOf(identity);
      if (psk === undefined) return null;
      identities.set(socket, identity);
      return psk;
    },
  });
  server.on('secureConnection', (socket) => {
    const identity = identities.get(socket);
    const secured = waiting.get(linkOf(socket));
    if (identity !== undefined && secured) return secured(socket, identity);
    socket.destroy();
    onRefused('no_identity', socket.remoteAddress ?? '');
  });
  server.on('tlsClientError', (error, socket) => {
    onRefused(REASONS.get(systemCode(error)) ?? 'bad_handshake', socket.remoteAddress ?? '');
    socket.destroy();
  });
  return (raw, secured) => {
    const link = linkOf(raw);
    waiting.set(link, secured);
    raw.once('close', () => waiting.delete(link));
    server.emit('connection', raw);
  };
}

/** A secured connection does not say on which one it was made, but both have the same ends. */
const linkOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;

/** Connects to a peer that has the same key. Throws `unauthorized` when it does not know or cannot prove it, `unreachable` when nobody answers. */
export async function connectPsk(to: Endpoint, { identity, psk }: Psk, signal: AbortSignal): Promise<TLSSocket> {
  const socket = connect({
    host: to.address,
    port: to.port,
    minVersion: 'TLSv1.3',
    ciphers: CIPHER,
    // Nobody's certificate is good: without this one that any authority has signed would pass for the key.
    ca: [],
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ identity, psk }),
  });
  try {
    await once(socket, 'secureConnect', { signal });
    // In TLS 1.3 a shared key counts as a session taken up again, and a certificate does not.
    if (!socket.isSessionReused())
      throw new OpsbroError('unauthorized', `peer ${endpointText(to)} did not use our key`);
  } catch (error) {
    socket.on('error', () => {});
    socket.destroy();
    throw explained(error, to);
  }
  socket.setNoDelay(true);
  return socket;
}

/** What to do with a connection that has just been made. */
export interface Beginnings {
  /** Milliseconds until its first byte must be there. */
  readonly timeoutMs: number;
  begun(how: 'tls' | 'plain'): void;
  /** Nothing came in time; it is closed already. */
  silent(): void;
}

/** Tells whether a connection begins with a TLS handshake. */
export function whenBegun(socket: Socket, { timeoutMs, begun, silent }: Beginnings): void {
  const close = () => void socket.destroy();
  const look = () => {
    const head: Buffer | null = socket.read(1);
    if (head === null) return;
    socket.off('readable', look);
    socket.off('end', close);
    socket.setTimeout(0);
    socket.removeListener('timeout', giveUp);
    socket.unshift(head);
    begun(head[0] === HANDSHAKE_RECORD ? 'tls' : 'plain');
  };
  const giveUp = () => {
    close();
    silent();
  };
  socket.on('readable', look);
  socket.once('end', close);
  socket.setTimeout(timeoutMs, giveUp);
}

function explained(error: unknown, to: Endpoint): OpsbroError {
  if (error instanceof OpsbroError) return error;
  const peer = `peer ${endpointText(to)}`;
  const code = systemCode(error) ?? '';
  if (code.startsWith('ERR_SSL_')) {
    const text = code.includes('ALERT')
      ? `${peer} does not know our key`
      : `${peer} does not speak TLS as we do: ${code}`;
    return new OpsbroError('unauthorized', text, { cause: error });
  }
  if (/CERT|SIGN/.test(code)) {
    return new OpsbroError('unauthorized', `${peer} shows a certificate instead of using our key`, { cause: error });
  }
  return unreachable(to, error);
}
