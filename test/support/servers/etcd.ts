import { freePort, pageIs, type Server, startServer } from './server.ts';

interface Setting {
  /** Further options, such as `--auto-compaction-retention 1`. */
  readonly options?: readonly string[];
}

/** A real etcd of one member, at its port. */
export async function startEtcd(program: string, { options = [] }: Setting = {}): Promise<Server> {
  const peer = `http://127.0.0.1:${await freePort()}`;
  return await startServer(({ folder, port }) => {
    const client = `http://127.0.0.1:${port}`;
    const member = ['--name', 'one', '--data-dir', `${folder}/data`, '--initial-cluster', `one=${peer}`];
    const clients = ['--listen-client-urls', client, '--advertise-client-urls', client];
    const peers = ['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer];
    return {
      argv: [program, ...member, ...clients, ...peers, '--log-level', 'error', ...options],
      env: { ETCD_UNSUPPORTED_ARCH: process.arch },
      answers: () => pageIs(`${client}/health`, 200),
    };
  });
}
