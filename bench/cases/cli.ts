import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCli } from '../../scripts/build-cli.ts';
import { type BenchCase, median, type Row } from '../case.ts';

const ROUNDS = 21;
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Milliseconds that a program takes from start to end. */
async function timeOf(program: string, args: readonly string[]): Promise<number> {
  const start = performance.now();
  const [code] = await once(spawn(program, [...args], { stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
  return performance.now() - start;
}

/** An agent that has one key, and nothing else to do. */
async function quickAgent(socket: string) {
  const server = createServer((_, response) => response.end('{"key":"a","value":"Yg=="}'));
  server.listen(socket);
  await once(server, 'listening');
  return server;
}

async function measure(folder: string): Promise<Row[]> {
  await cp(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await buildCli(join(folder, 'dist', 'cli', 'main.cjs'));
  const socket = join(folder, 'agent.sock');
  const server = await quickAgent(socket);
  const bin = join(folder, 'bin', 'opsbro');
  const lines = [
    ['node -e 0', 'node', ['-e', '0']],
    ['opsbro version', bin, ['version']],
    ['opsbro kv get a', bin, ['--socket', socket, 'kv', 'get', 'a']],
  ] as const;
  const times = new Map<string, number[]>(lines.map(([name]) => [name, []]));
  // In turns, so that whatever else the machine does hits all of them alike.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, program, args] of lines) times.get(name)?.push(await timeOf(program, args));
  }
  server.close();
  const bare = median(times.get('node -e 0') ?? []);
  return [...times].flatMap(([name, taken]) => {
    const value = median(taken);
    const row: Row = { case: name, value, unit: 'ms' };
    if (name === 'node -e 0') return [row];
    return [
      { ...row, ratio: value / bare, peer: 'node -e 0' },
      { case: `${name}, over node -e 0`, value: value - bare, unit: 'ms' },
    ];
  });
}

const bench: BenchCase = {
  name: 'cli: time of a command against bare Node',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'opsbro-bench-cli-'));
    try {
      return await measure(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export default bench;
