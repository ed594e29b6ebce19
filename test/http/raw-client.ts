import { connect, type NetConnectOpts, type Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** An open connection. */
export function open(to: NetConnectOpts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(to, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends these very characters and reads until the other side hangs up. */
export async function sendRaw(to: NetConnectOpts, text: string): Promise<RawAnswer> {
  const socket = await open(to);
  socket.write(Buffer.from(text, 'latin1'));
  return await readAll(socket);
}

/** Everything that comes until the other side hangs up, as the answer it is. */
export async function readAll(socket: Socket): Promise<RawAnswer> {
  let text = '';
  try {
    for await (const chunk of socket) text += String(chunk);
  } catch {
    // A reset after the answer is an end as good as any.
  }
  const [head = '', ...body] = text.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: body.join('\r\n\r\n') };
}

/** A request with the head that every request needs, and with what a test adds. */
export const request = (line: string, extra: readonly string[] = [], body = ''): string =>
  [`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...extra, '', body].join('\r\n');
