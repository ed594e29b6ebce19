import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert, vi } from 'vitest';
import { tempDirectory } from './temp.ts';

const program = fileURLToPath(new URL('../../bin/opsbro', import.meta.url));

/** Every door on a free port, quick gossip, so that several agents share a machine and a test. */
export const APART = {
  OPSBRO_PORT: '0',
  OPSBRO_PEER_PORT: '0',
  OPSBRO_HTTP__PORT: '0',
  OPSBRO_WEBSOCKET__PORT: '0',
  OPSBRO_DNS__PORT: '0',
  // A machine that runs tests is busy, which its checks find critical.
  OPSBRO_DNS__POLICY__LISTS: 'any',
  NO_COLOR: '1',
};

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Ports = Readonly<Record<'gossip' | 'peer' | 'http' | 'websocket' | 'dns', number>>;

/** How an agent is started. */
interface Launch {
  /** Words before those of the program. */
  readonly launcher?: readonly string[];
  /** Further options of `agent start`. */
  readonly flags?: readonly string[];
}

/** A real agent in a process of its own, and the command line that talks to it. */
export class RunningAgent implements AsyncDisposable {
  readonly home: string;
  readonly #process: ChildProcess;
  #printed = '';

  constructor(home: string, env: Readonly<Record<string, string>>, how: Launch = {}) {
    this.home = home;
    const words = [...(how.launcher ?? []), program, 'agent', 'start', '--home', home, ...(how.flags ?? [])];
    this.#process = spawn(words[0] ?? program, words.slice(1), {
      env: { ...process.env, ...APART, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stdout?.on('data', (text: Buffer) => {
      this.#printed += text;
    });
    this.#process.stderr?.on('data', (text: Buffer) => {
      this.#printed += text;
    });
  }

  /** Everything it wrote so far. */
  get printed(): string {
    return this.#printed;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The ports that it really bound. */
  get ports(): Ports {
    return JSON.parse(readFileSync(join(this.home, 'data/ports.json'), 'utf8')) as Ports;
  }

  /** Resolves when it printed that it is ready; fails with what it printed if it ended instead. */
  async ready(): Promise<this> {
    const hasSpoken = () => this.#printed.includes('stop it with') || this.#process.exitCode !== null;
    await vi.waitFor(() => assert(hasSpoken(), 'the agent says nothing'), { timeout: 30_000, interval: 20 });
    if (this.#process.exitCode !== null)
      throw new Error(`the agent ended with ${this.#process.exitCode}:\n${this.#printed}`);
    return this;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Its exit code, once it has one; `null` when a signal ended it. */
  async ended(): Promise<number | null> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'exit');
    return this.#process.exitCode;
  }

  /** Runs `opsbro` with these words against this agent. */
  async opsbro(...words: string[]): Promise<Ended> {
    return await runOpsbro(['--home', this.home, ...words]);
  }

  /** The JSON that a command prints with `--json`. */
  async json(...words: string[]): Promise<unknown> {
    const { stdout, stderr } = await this.opsbro(...words, '--json');
    try {
      return JSON.parse(stdout);
    } catch (error) {
      throw new Error(`${words.join(' ')} printed no JSON: ${stdout}${stderr}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.kill('SIGKILL');
    await this.ended();
  }
}

/** Runs `opsbro` with these words to its end. */
export async function runOpsbro(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(program, words, {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => {
    stdout += text;
  });
  child.stderr.on('data', (text: Buffer) => {
    stderr += text;
  });
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

/** Some agents, each in a home of its own below one directory, which ends with them. */
export function agents(): {
  start(name: string, env?: Readonly<Record<string, string>>): RunningAgent;
} & AsyncDisposable {
  const directory = tempDirectory();
  const started: RunningAgent[] = [];
  return {
    start(name, env = {}) {
      const agent = new RunningAgent(join(directory.path, name), { OPSBRO_NAME: name, ...env });
      started.push(agent);
      return agent;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((agent) => agent[Symbol.asyncDispose]()));
      directory[Symbol.dispose]();
    },
  };
}
