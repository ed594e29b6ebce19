import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ensureBuilt, soon, startAgent } from '../agents.ts';
import { type BenchCase, median, type Row } from '../case.ts';
import { freePort, Workplace } from '../workplace.ts';

const ROUNDS = 7;
const PEER = 'node -e 0';

/** Milliseconds from the start of an agent, or from the wish to stop it. */
interface Times {
  readonly answers: number;
  readonly greets: number;
  readonly ends: number;
}

async function bareNode(): Promise<number> {
  const start = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - start;
}

/** Runs an agent from its start until it is gone. */
async function lifeOf(place: Workplace, home: string): Promise<Times> {
  const port = await freePort();
  const start = performance.now();
  const agent = await startAgent(place, home, [], { OPSBRO_HTTP__PORT: String(port) });
  const answers = await soon(agent, async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/agent/name`).catch(() => undefined);
    return answer?.ok ? performance.now() - start : undefined;
  });
  const greets = await soon(agent, async () =>
    agent.printed().includes('runs as node') ? performance.now() - start : undefined,
  );
  return { answers, greets, ends: await place.stop(agent) };
}

function rowsOf(name: string, all: readonly Times[], bare: number): Row[] {
  const answers = median(all.map((times) => times.answers));
  return [
    { case: `${name} to HTTP answering (goal 1500)`, value: answers, unit: 'ms', ratio: answers / bare, peer: PEER },
    { case: `${name} to greeting (goal 3000)`, value: median(all.map(({ greets }) => greets)), unit: 'ms' },
    { case: `${name}, then TERM to exit (goal 2000)`, value: median(all.map(({ ends }) => ends)), unit: 'ms' },
  ];
}

const bench: BenchCase = {
  name: 'agent-start: from the command to the first answer',
  async run() {
    ensureBuilt();
    await using place = await Workplace.make('start');
    const bare: number[] = [];
    const first: Times[] = [];
    const again: Times[] = [];
    // In turns, so that whatever else the machine does hits all of them alike.
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await bareNode());
      first.push(await lifeOf(place, `home-${round}`));
      again.push(await lifeOf(place, `home-${round}`));
    }
    const node = median(bare);
    return [
      { case: PEER, value: node, unit: 'ms' },
      ...rowsOf('first start', first, node),
      ...rowsOf('later start', again, node),
    ];
  },
};

export default bench;
