import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, isRoot, type Server, startServer } from './server.ts';

/** A real RabbitMQ whose management listens at `port`; guest may log in. */
export interface Broker extends Server {
  /** Where its plugin for Prometheus listens. */
  readonly metricsPort: number;
  readonly amqpPort: number;
  /** Runs a command of rabbitmqctl; fails when it does. */
  control(...words: readonly string[]): Promise<void>;
  /** Sends a request to its management and gives the status. */
  tell(method: string, path: string, body: unknown): Promise<number>;
}

const GUEST = `Basic ${Buffer.from('guest:guest').toString('base64')}`;

/** Starts a broker of one node and waits until it has statistics of itself, which takes some ten seconds. */
export async function startRabbit(program: string): Promise<Broker> {
  const [amqp, epmd, dist, metricsPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const server = await startServer(({ folder, port }) => {
    const settings = [
      `listeners.tcp.default = 127.0.0.1:${amqp}`,
      `management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = ${port}`,
      `prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = ${metricsPort}`,
      'collect_statistics_interval = 1000\ndisk_free_limit.absolute = 10MB\n',
    ];
    for (const name of ['home', 'mnesia', 'log']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'rabbitmq.conf'), settings.join('\n'));
    writeFileSync(join(folder, 'plugins'), '[rabbitmq_management,rabbitmq_prometheus].');
    writeFileSync(join(folder, 'home/.erlang.cookie'), 'OPSBROTEST');
    chmodSync(join(folder, 'home/.erlang.cookie'), 0o400);
    const user = isRoot ? idsOf('rabbitmq') : undefined;
    if (user) give(folder, user);
    return {
      // Its port mapper would be started as a daemon that outlives it; ours ends with the group.
      argv: ['/bin/sh', '-c', `epmd -address 127.0.0.1 -port ${epmd} & exec ${serverOf(program)}`],
      env: environmentOf(folder, { epmd, dist }),
      ...(user && { user }),
      seconds: 90,
      answers: async () => (await pageOf(port, 'nodes')).includes('"mem_used"'),
    };
  });
  const tell = async (method: string, path: string, body: unknown) => {
    const headers = { authorization: GUEST, 'content-type': 'application/json' };
    const url = `http://127.0.0.1:${server.port}/api/${path}`;
    return (await fetch(url, { method, headers, body: JSON.stringify(body) })).status;
  };
  const control = async (...words: readonly string[]) => {
    const env = {
      ...environmentOf(server.folder, { epmd, dist }),
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C.UTF-8',
    };
    const user = isRoot ? idsOf('rabbitmq') : undefined;
    await run('/usr/lib/rabbitmq/bin/rabbitmqctl', [...words], { env, cwd: server.folder, timeout: 30_000, ...user });
  };
  return Object.assign(server, { metricsPort, amqpPort: amqp, tell, control });
}

const run = promisify(execFile);

/** What is in the search path may be a wrapper that insists on its own user. */
const serverOf = (program: string): string =>
  program === '/usr/sbin/rabbitmq-server' ? '/usr/lib/rabbitmq/bin/rabbitmq-server' : program;

const environmentOf = (folder: string, ports: { readonly epmd: number; readonly dist: number }) => ({
  HOME: join(folder, 'home'),
  ERL_EPMD_PORT: String(ports.epmd),
  ERL_EPMD_ADDRESS: '127.0.0.1',
  RABBITMQ_NODENAME: 'test@localhost',
  RABBITMQ_DIST_PORT: String(ports.dist),
  RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
  RABBITMQ_CONF_ENV_FILE: '/dev/null',
  RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
  RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
  RABBITMQ_LOG_BASE: join(folder, 'log'),
  RABBITMQ_PID_FILE: join(folder, 'pid'),
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
});

async function pageOf(port: number, path: string): Promise<string> {
  const headers = { authorization: GUEST };
  return await (await fetch(`http://127.0.0.1:${port}/api/${path}`, { headers })).text();
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

function idsOf(user: string): Ids | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${user}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return line === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

function give(folder: string, { uid, gid }: Ids): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, name), uid, gid);
}
