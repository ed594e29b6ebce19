import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { FAILURES, messageOf, OpsbroError } from '../base/errors.ts';
import { plainAnswer } from '../net/http-listener.ts';

/** Answers an upgrade that is not allowed, and hangs up. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const code = error instanceof OpsbroError ? error.code : 'internal';
  const message = error instanceof OpsbroError ? messageOf(error) : 'the connection could not be taken';
  socket.end(plainAnswer(FAILURES[code].status, code, message));
}

/** Answers plain requests at a port that is for websockets only. */
export function refuseRequest(_incoming: IncomingMessage, outgoing: ServerResponse): void {
  const body = JSON.stringify({ error: { code: 'bad_request', message: 'this port is for websockets only' } });
  const headers = { 'content-type': 'application/json; charset=utf-8', connection: 'close', upgrade: 'websocket' };
  outgoing.writeHead(426, headers).end(body);
}
