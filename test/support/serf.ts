import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect } from 'vitest';

/** A member as `serf members` prints it. */
export interface SerfMember {
  readonly name: string;
  readonly addr: string;
  readonly status: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A real Serf agent on this machine. Disposing of it ends it without a leave. */
export interface SerfAgent extends AsyncDisposable {
  readonly name: string;
  /** `HOST:PORT` of its gossip. */
  readonly address: string;
  /** Every line it logged. */
  readonly log: readonly string[];
  /** Its lines of level WARN and ERR. */
  readonly complaints: readonly string[];
  /** How often it began to compare all it knows with another, as it does every 30 s with one of them. */
  readonly syncs: number;
  members(): Promise<readonly SerfMember[]>;
  /** Runs `serf COMMAND ...` against it and answers with what it prints. */
  command(...words: string[]): Promise<string>;
}

const run = promisify(execFile);

/** Starts `serf agent` at a loopback address and waits until it answers commands; `flags` are further ones, such as `-encrypt=KEY`. */
export async function startSerf(
  path: string,
  name: string,
  join: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<SerfAgent> {
  const [port, rpcPort] = [await freePort(), await freePort()];
  const rpc = `127.0.0.1:${rpcPort}`;
  const argv = ['agent', `-node=${name}`, `-bind=127.0.0.1:${port}`, `-rpc-addr=${rpc}`, '-log-level=debug'];
  const child = spawn(path, [...argv, '-tag', 'role=db', ...flags, ...join.map((address) => `-join=${address}`)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  let rest = '';
  const take = (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    log.push(...lines);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const agent: SerfAgent = {
    name,
    address: `127.0.0.1:${port}`,
    log,
    get complaints() {
      return log.filter((line) => /\[(WARN|ERR)\]/.test(line));
    },
    get syncs() {
      return log.filter((line) => line.includes('Initiating push/pull sync')).length;
    },
    async members() {
      const text = await agent.command('members', '-format=json');
      return (JSON.parse(text) as { readonly members: SerfMember[] }).members;
    },
    async command(verb, ...words) {
      const { stdout } = await run(path, [verb ?? '', `-rpc-addr=${rpc}`, ...words]);
      return stdout;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
  await answering(agent);
  return agent;
}

/** Waits until each of these has compared all it knows with another once more. */
export async function synced(...agents: readonly SerfAgent[]): Promise<void> {
  const before = agents.map(({ syncs }) => syncs);
  await expect
    .poll(() => agents.every(({ syncs }, at) => syncs > (before[at] ?? 0)), { timeout: 90_000, interval: 200 })
    .toBe(true);
}

async function answering(agent: SerfAgent): Promise<void> {
  for (let tries = 100; tries > 0; tries -= 1) {
    try {
      await agent.members();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`serf did not start:\n${agent.log.join('\n')}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
