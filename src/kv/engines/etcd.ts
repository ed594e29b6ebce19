import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, OpsbroError } from '../../base/errors.ts';
import type { TlsTrust } from '../../net/host.ts';
import { defineEngine, type EngineContext } from '../../plugins/kinds.ts';

/** etcd takes requests of up to 1.5 MiB, in which values are longer than they are. */
const MAX_VALUE = 1_048_576;

const Endpoint = z
  .string()
  .refine((written) => URL.canParse(written) && /^https?:$/.test(new URL(written).protocol), {
    error: 'is no address; write http://HOST:PORT or https://HOST:PORT',
  })
  .transform((written) => new URL(written));

const Etcd = z
  .object({
    endpoints: z.array(Endpoint).min(1).prefault(['http://127.0.0.1:2379']).describe('Places of the cluster.'),
    prefix: z.string().max(200).optional().describe('Begin of all its keys; opsbro/ZONE/ when left out.'),
    username: z.string().default('').describe('Who logs in; nobody when empty.'),
    password: z.string().default(''),
    ca: z.string().optional().describe('File of the authorities that are trusted.'),
    cert: z.string().optional().describe('File of our certificate.'),
    key: z.string().optional().describe('File of its key.'),
    timeout: z.number().min(1).default(5_000).describe('Milliseconds an answer may take.'),
  })
  .prefault({});
type Etcd = z.output<typeof Etcd>;

export default defineEngine({
  name: 'etcd',
  description: 'Keeps keys in an etcd cluster, for those who need linearizable reads and writes.',
  options: z.object({
    etcd: Etcd.describe('The cluster, and how it is asked.'),
    max_value: z
      .number()
      .max(MAX_VALUE, `etcd takes values of at most ${MAX_VALUE} bytes`)
      .optional()
      .describe('Longest value of a key.'),
  }),
  configure:
    ({ etcd }) =>
    (context) =>
      open(etcd, context),
});

async function open(etcd: Etcd, context: EngineContext) {
  const { endpoints, username, password, timeout: timeoutMs, prefix = `opsbro/${context.zone ?? 'lan'}/` } = etcd;
  // Loaded only where it is used.
  const { Gateway } = await import('../etcd/gateway.ts');
  const { EtcdStore } = await import('../etcd/etcd-store.ts');
  const { clock, log } = context;
  const login = username === '' ? undefined : { name: username, password };
  const gateway = new Gateway({ endpoints, trust: await trustOf(etcd), login, timeoutMs, clock, log });
  return await EtcdStore.open(gateway, prefix, context);
}

async function trustOf({ ca, cert, key }: Etcd): Promise<TlsTrust> {
  const files = await Promise.all([ca, cert, key].map(contentOf));
  const [trusted, shown, secret] = files;
  return {
    ...(trusted !== undefined && { ca: trusted }),
    ...(shown !== undefined && { cert: shown }),
    ...(secret !== undefined && { key: secret }),
  };
}

async function contentOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new OpsbroError('invalid_config', `kv.etcd: the file ${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
