import { z } from 'zod';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { sinceLast } from '../plugins/rates.ts';
import { askService, SERVICE_KEYS } from '../plugins/service.ts';
import { converse } from './support/conversation.ts';
import { gauge } from './support/key-docs.ts';
import { portOption, textOption } from './support/options.ts';
import { speakRedis } from './support/redis-client.ts';
import { INFO_KEYS, infoRates, infoTree, isSameRun, parseInfo } from './support/redis-info.ts';
import { tlsFields, trustIn } from './support/tls.ts';

const schema = z.object({
  server: textOption('localhost', 'Name or address of the server.'),
  port: portOption(6379),
  socket: textOption('', 'Path of its unix socket; counts instead of server and port when it is given.'),
  user: textOption('', 'Who logs in, where the server knows users.'),
  password: textOption('', 'Password, when the server wants one.'),
  ...tlsFields,
});

/** What a server said, as it was written. */
interface Replies {
  readonly info: string;
  /** Only of a server that is part of a cluster. */
  readonly cluster: string | undefined;
}

export default defineCollector({
  name: 'redis',
  description: 'What a Redis or Valkey server holds, who uses it and how much it does.',
  group: 'redis',
  options: schema,
  keys: [gauge('available', 'Is true while the server answers.'), ...SERVICE_KEYS, ...INFO_KEYS],

  configure: (options) => {
    const pairOf = sinceLast(isSameRun);
    return (host, signal) =>
      askService(host, signal, {
        down: { available: false },
        ask: async (limit) => {
          const { info, cluster } = await askRedis(options, host, limit);
          const fields = parseInfo(info);
          const pair = pairOf(host.clock, fields);
          return { available: true, ...infoTree(fields), ...(pair && infoRates(pair)), ...clusterTree(cluster) };
        },
      });
  },
});

/** More than any INFO has. */
const RECEIVE_CAP = 1_048_576;

async function askRedis(options: z.output<typeof schema>, host: Host, signal: AbortSignal): Promise<Replies> {
  const { server, port, socket } = options;
  return await converse(host, signal, {
    tls: await trustIn(host, options),
    places: [{ server, port, socket: socket === '' ? undefined : socket }],
    receiveCap: RECEIVE_CAP,
    logIn: (stream) => speakRedis(stream, options),
    ask: async ({ ask }) => {
      const info = await ask('INFO');
      return { info, cluster: /^cluster_enabled:1\r?$/m.test(info) ? await ask('CLUSTER', 'INFO') : undefined };
    },
  });
}

const clusterTree = (reply: string | undefined): Metrics =>
  reply === undefined ? {} : { cluster: Object.fromEntries(parseInfo(reply)) as Metrics };
