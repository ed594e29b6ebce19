import type { Duplex } from 'node:stream';
import { systemCode } from '../../base/errors.ts';
import { isLoopback } from '../../base/loopback.ts';
import { asDuplex } from '../../net/duplex.ts';
import type { Host, TlsTrust } from '../../net/host.ts';
import { CollectError } from '../../plugins/outcomes.ts';
import { tlsRefusal } from './tls.ts';

const CONNECT_MS = 2_000;

/** Where a server listens; the socket counts when it is given. */
export interface Place {
  readonly server: string;
  readonly port: number;
  readonly socket?: string | undefined;
}

/** How to talk with a server. */
interface Talk<Session, Answer> {
  /** The ways to it; one is tried when nobody lets us in at those before it. */
  readonly places: readonly Place[];
  /** Bytes that may come. */
  readonly receiveCap: number;
  /** A connection to a port is over TLS from its first byte. */
  readonly tls?: TlsTrust | undefined;
  /** Throws `CollectError` for what the server itself says; whatever else it throws after the connection broke is the break. */
  logIn(stream: Duplex, place: Place): Promise<Session>;
  /** Throws as `logIn` does. */
  ask(session: Session): Promise<Answer>;
}

/** Talks with a server over a connection that lasts just as long. Fails with the system's code when nobody is there, or nobody any more. */
export async function converse<Session, Answer>(
  host: Host,
  signal: AbortSignal,
  talk: Talk<Session, Answer>,
): Promise<Answer> {
  let failure: unknown;
  for (const place of talk.places) {
    const { open, error } = await enter(host, signal, { ...talk, place });
    if (open) {
      await using line = open.line;
      return await line.unbroken(talk.ask(open.session));
    }
    signal.throwIfAborted();
    if (!isRefusal(failure)) failure = error;
  }
  throw failure;
}

/** Whether somebody is there who does not let us in, which says more than that nobody is at another place. */
function isRefusal(failure: unknown): boolean {
  const code = systemCode(failure);
  return failure instanceof CollectError || code === 'EACCES' || code === 'EPERM';
}

interface Entry<Session> {
  readonly place: Place;
  readonly receiveCap: number;
  readonly tls?: TlsTrust | undefined;
  logIn(stream: Duplex, place: Place): Promise<Session>;
}

/** Connects and logs in. */
async function enter<Session>(host: Host, signal: AbortSignal, { place, receiveCap, tls, logIn }: Entry<Session>) {
  let line: Line | undefined;
  try {
    const { server, port, socket } = place;
    const limits = { timeoutMs: CONNECT_MS, receiveCap };
    const byPort = { host: server, port, ...limits, ...(tls && { tls }) };
    const target = socket === undefined ? byPort : { socketPath: socket, ...limits };
    line = lineOver(asDuplex(await host.connect(target, signal)));
    return { open: { line, session: await line.unbroken(logIn(line.stream, place)) } };
  } catch (error) {
    await line?.[Symbol.asyncDispose]();
    return { error: tlsRefusal(error) ?? error };
  }
}

/** A connection that knows how it broke. Disposing of it closes it. */
interface Line extends AsyncDisposable {
  readonly stream: Duplex;
  /** What `work` comes to; its failure is the break of the connection if that broke, unless it is what the server said. */
  unbroken<T>(work: Promise<T>): Promise<T>;
}

function lineOver(stream: Duplex): Line {
  let broken: Error | undefined;
  stream.once('error', (error) => {
    broken = error;
  });
  stream.once('end', () => {
    broken ??= Object.assign(new Error('ECONNRESET: the server closed the connection'), { code: 'ECONNRESET' });
  });
  return {
    stream,
    unbroken: (work) =>
      work.catch((error: unknown) => {
        throw error instanceof CollectError ? error : (broken ?? error);
      }),
    async [Symbol.asyncDispose]() {
      // The driver may still complain of what it did not expect.
      stream.on('error', () => {});
      stream.destroy();
    },
  };
}

/** The ways to a server: by its socket first, if that is there and the server is this machine, then by its port. */
export async function waysTo(host: Host, { server, port, socket = '' }: Place): Promise<readonly Place[]> {
  const isHere = server === '' || server === 'localhost' || isLoopback(server);
  const byPort = { server, port };
  return socket !== '' && isHere && (await host.exists(socket)) ? [{ ...byPort, socket }, byPort] : [byPort];
}
