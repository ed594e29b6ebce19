import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UsageError } from '../failure.ts';
import { RpcError, RpcExecutor } from './executor.ts';
import { readInputs } from './inputs.ts';

const REQUESTS = ['GetServiceList', 'GetStatus', 'ActionInfo', 'RepairService'] as const;
const USAGE = `usage: mobmoncli ${REQUESTS.join('|')} [-s SERVICE] [-c HEALTHCHECK] [-a ACTION] [-i INPUTS] [--host localhost] [-p 9991] [--token-file FILE] [--no-retry]`;
const DEFAULT_PORT = 9_991;

const OPTIONS = {
  service: { type: 'string', short: 's' },
  healthcheck: { type: 'string', short: 'c' },
  action: { type: 'string', short: 'a' },
  inputs: { type: 'string', short: 'i' },
  host: { type: 'string', default: 'localhost' },
  port: { type: 'string', short: 'p' },
  token: { type: 'string' },
  'token-file': { type: 'string' },
  'no-retry': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What the command works with. */
export interface MobWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The unix socket of the agent of this machine, if there is one. */
  localSocket(): string | undefined;
  out(text: string): void;
  err(text: string): void;
  /** Waits between two tries; by the clock of the machine when left out. */
  pause?(ms: number): Promise<void>;
}

interface Asked {
  readonly request: (typeof REQUESTS)[number];
  readonly values: ReturnType<typeof parsed>['values'];
}

/** Asks one thing of an agent and prints the answer as it came. Gives the exit code: 1 when nobody answers, 2 when it cannot be asked. */
export async function mobmoncli(argv: readonly string[], world: MobWorld): Promise<number> {
  try {
    const asked = askedBy(argv);
    if (asked === undefined) {
      world.out(`${USAGE}\n`);
      return 0;
    }
    world.out(`${await answerTo(asked, world)}\n`);
    return 0;
  } catch (error) {
    world.err(`error: ${error instanceof Error ? messageFor(error) : String(error)}\n`);
    if (error instanceof UsageError) return 2;
    return error instanceof RpcError && error.status < 500 ? 2 : 1;
  }
}

const messageFor = (error: Error): string =>
  error instanceof AggregateError ? error.errors.map(String).join('; ') : error.message;

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

/** `undefined` when only help is wanted. */
function askedBy(argv: readonly string[]): Asked | undefined {
  const { values, positionals } = parsed(argv);
  if (values.help) return undefined;
  const request = REQUESTS.find((known) => known === positionals[0]);
  if (request === undefined || positionals.length > 1) throw new UsageError(USAGE);
  return { request, values };
}

async function answerTo({ request, values }: Asked, world: MobWorld): Promise<string> {
  const { service, healthcheck, action } = values;
  const inputs = readInputs(values.inputs);
  if (request === 'RepairService' && (!service || !action)) {
    throw new UsageError('RepairService requires the service and the action');
  }
  const executor = executorFor(values, world);
  if (request === 'RepairService')
    return await executor.text('POST', request, { service, healthcheck, action, ...inputs });
  const asked = Object.entries({ service, healthcheck, action }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return await executor.text('GET', `${request}?${new URLSearchParams(asked)}`);
}

function executorFor(values: Asked['values'], { env, localSocket, pause }: MobWorld): RpcExecutor {
  const { host, 'token-file': tokenFile, 'no-retry': isOnce } = values;
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new UsageError(`"${values.port}" is no port`);
  const token =
    values.token ?? (tokenFile === undefined ? env['OPSBRO_TOKEN'] : readFileSync(tokenFile, 'utf8').trim());
  const isLocal = ['localhost', '127.0.0.1', '::1'].includes(host);
  const socketPath = isLocal && token === undefined && values.port === undefined ? localSocket() : undefined;
  return new RpcExecutor({
    ...{ host, port, tries: isOnce ? 1 : 5 },
    ...(socketPath !== undefined && { socketPath }),
    ...(pause && { pause }),
    ...(token !== undefined && token !== '' && { token }),
  });
}
