import type { Duplex } from 'node:stream';
import { CollectError } from '../../plugins/outcomes.ts';

/** Who we are for the server; empty texts are left out. */
export interface RedisLogin {
  readonly user: string;
  readonly password: string;
}

/** Asks a server of Redis. */
export interface RedisAsker {
  /** The reply to a command. Throws `CollectError` with the server's words when it refuses. */
  ask(...command: [string, ...string[]]): Promise<string>;
}

/** Speaks with a server of Redis over a stream, which belongs to the caller, and logs in. Throws `CollectError` when it refuses the login. */
export async function speakRedis(stream: Duplex, login: RedisLogin): Promise<RedisAsker> {
  // Loaded by the first who has such a server.
  const { Redis, AbstractConnector } = await import('ioredis');
  type Taken = Awaited<ReturnType<InstanceType<typeof AbstractConnector>['connect']>>;
  class Standing extends AbstractConnector {
    constructor() {
      super(0);
      // A stream with the knobs of a socket is all that is used of one.
      this.stream = stream as Duplex as Taken;
    }

    override async connect(): Promise<Taken> {
      return this.stream;
    }
  }
  const redis = new Redis({
    Connector: Standing,
    lazyConnect: true,
    protocol: 2,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
  });
  // What fails is told to who asked.
  redis.on('error', () => {});
  await redis.connect();
  const ask: RedisAsker['ask'] = async (name, ...words) => {
    try {
      return String(await redis.call(name, ...words));
    } catch (error) {
      // The driver's error has the command in it, password and all, so none of it goes on.
      throw told(error, login);
    }
  };
  await logIn(ask, login);
  return { ask };
}

function told(error: unknown, { password }: RedisLogin): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'ReplyError') {
    // A server that knows no AUTH repeats what came with it.
    const message = password === '' ? error.message : error.message.replaceAll(password, '******');
    return new CollectError(message, { available: true, up: 1 });
  }
  return new Error(`what listens there does not answer as a Redis does: ${error.message.replace(/\. Please.*/, '')}`);
}

async function logIn(ask: RedisAsker['ask'], { user, password }: RedisLogin): Promise<void> {
  if (password === '') return;
  try {
    await (user === '' ? ask('AUTH', password) : ask('AUTH', user, password));
  } catch (error) {
    // A password that nobody asked for does no harm.
    if (!(error instanceof CollectError) || !/no password is set|without any password/.test(error.message)) throw error;
  }
}
