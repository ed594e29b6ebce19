import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { OpsbroError } from '../../base/errors.ts';

/** A record of an answer. */
export interface AnsweredRecord {
  readonly name: string;
  readonly type: number;
  /** Seconds it may be kept. */
  readonly ttl: number;
  readonly [field: string]: unknown;
}

interface Answered {
  readonly header: { readonly rcode: number; readonly tc: number };
  readonly answers: readonly AnsweredRecord[];
  readonly authorities: readonly AnsweredRecord[];
  readonly additionals: readonly AnsweredRecord[];
}

/** Asks a name server at a port of this machine; by TCP when the answer is too long for a datagram. Fails with `unreachable`. */
export async function askName(name: string, type: number, where: { readonly port: number }): Promise<Answered> {
  const { Packet } = await import('dns2');
  const packet = new Packet();
  packet.header.id = Math.floor(Math.random() * 65_536);
  packet.header.rd = 1;
  packet.questions.push(new Packet.Question(name, type, Packet.CLASS.IN));
  const question = packet.toBuffer();
  try {
    const short = Packet.parse(await byDatagram(question, where.port)) as unknown as Answered;
    return short.header.tc === 0 ? short : (Packet.parse(await byStream(question, where.port)) as unknown as Answered);
  } catch (error) {
    if (error instanceof OpsbroError) throw error;
    throw new OpsbroError('unreachable', `the name server at port ${where.port} does not answer`, { cause: error });
  }
}

const LIMIT_MS = 2_000;

async function byDatagram(question: Buffer, port: number): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.send(question);
    const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(LIMIT_MS) })) as [Buffer];
    return answer;
  } finally {
    socket.close();
  }
}

async function byStream(question: Buffer, port: number): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error('no answer in time')));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(question.length);
  socket.write(Buffer.concat([length, question]));
  let received = Buffer.alloc(0);
  for await (const piece of socket) {
    received = Buffer.concat([received, piece as Buffer]);
    if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) break;
  }
  return received.subarray(2);
}
