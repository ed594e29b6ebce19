/** TLS in front of an HTTP door: with a certificate that can be renewed while clients stay connected. */
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { plainAnswer } from './http-listener.ts';
import { whenBegun } from './peer-tls.ts';

/** What a server proves its name with, in PEM. */
export interface ServerCertificate {
  /** The certificate, and those that lead to an authority. */
  readonly cert: string;
  readonly key: string;
}

const HANDSHAKE_MS = 10_000;
const HTTPS_WANTED = plainAnswer(400, 'bad_request', 'this door speaks TLS; write https:// instead of http://');

/** Makes the server's side of TLS on connections before HTTP is spoken on them. */
export class WebTls {
  readonly #handshakeMs: number;
  #context: SecureContext;

  /** Throws at a certificate that cannot be used. Who does not begin, or does not finish, within `handshakeMs` is let go. */
  constructor(certificate: ServerCertificate, handshakeMs = HANDSHAKE_MS) {
    this.#context = contextOf(certificate);
    this.#handshakeMs = handshakeMs;
  }

  /** From now on this certificate is shown; connections that were made with the one before stay. Throws as the constructor. */
  renew(certificate: ServerCertificate): void {
    this.#context = contextOf(certificate);
  }

  /** Hands the connection on once it is secured. Who speaks plain HTTP is told how to ask. */
  onConnection(raw: Socket, serve: (ready: Socket) => void): void {
    whenBegun(raw, {
      timeoutMs: this.#handshakeMs,
      begun: (how) => (how === 'tls' ? this.#secure(raw, serve) : void raw.end(HTTPS_WANTED)),
      silent: () => {},
    });
  }

  #secure(raw: Socket, serve: (ready: Socket) => void): void {
    const socket = new TLSSocket(raw, { isServer: true, secureContext: this.#context });
    const giveUp = () => void socket.destroy();
    const late = setTimeout(giveUp, this.#handshakeMs);
    socket.on('error', giveUp);
    socket.once('close', () => {
      clearTimeout(late);
      raw.destroy();
    });
    socket.once('secure', () => {
      clearTimeout(late);
      serve(socket);
    });
  }
}

const contextOf = ({ cert, key }: ServerCertificate): SecureContext =>
  createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
