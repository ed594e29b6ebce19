import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, portOf, soon, startAgent } from '../agents.ts';
import { type BenchCase, median, type Row } from '../case.ts';
import { settled } from '../telemetry/loads.ts';
import { freePort, type Workplace as Place, Workplace } from '../workplace.ts';

const SERIES = 100;
const POINTS = 1_440;
const STEP = 10;
/** Sent so often, so that enough wait in memory for the agent to put them into blocks, where nearly all points are else. */
const ROUNDS = 2;
const ASKED = 80;
const WARMING = 8;
const SCRIPT = fileURLToPath(new URL('../render/graphite-web.py', import.meta.url));

/** What is asked for, with the part of the peer's time that ours may take. */
const TARGETS = [
  { what: 'one series', target: 'b.s1', goal: 0.35 },
  { what: `sum of ${SERIES} series`, target: 'sumSeries(b.*)', goal: 0.08 },
] as const;

/** The same value in both stores. */
const storedValue = (series: number, back: number): number => ((series * 31 + back * 7) % 1_000) / 10;

/** One connection, as a program has that draws charts, as far as the server keeps it open. */
const connection = new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds of one request; fails when the answer is not long enough to be one. */
function timed(url: string): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent: connection }, (answer) => {
      let length = 0;
      answer.on('data', (bytes: Buffer) => {
        length += bytes.length;
      });
      answer.on('end', () => {
        if (answer.statusCode === 200 && length > 10_000) resolve(performance.now() - start);
        else reject(new Error(`${url} answered ${answer.statusCode} with ${length} bytes`));
      });
    }).on('error', reject);
  });
}

async function startPeer(place: Place, end: number): Promise<number> {
  const port = await freePort();
  const folder = await place.directory('graphite-web');
  const words = [SCRIPT, folder, ...[port, SERIES, POINTS, STEP, end].map(String)];
  const running = place.start('/usr/bin/python3', words);
  await soon(running, async () => (running.printed().includes('ready') ? true : undefined));
  return port;
}

/** An agent that has the points, most of them in blocks on disk. */
async function startOurs(place: Place, end: number): Promise<number> {
  const agent = await startAgent(place, 'agent', [], { OPSBRO_GRAPHITE__ENABLED: 'true', OPSBRO_GRAPHITE__PORT: '0' });
  const socket = connect(await portOf(agent, 'graphite'), '127.0.0.1');
  await once(socket, 'connect');
  for (let series = 0; series < ROUNDS * SERIES; series++) {
    const lines = Array.from({ length: POINTS }, (_, at) => {
      const back = POINTS - 1 - at;
      const own = series % SERIES;
      return `b.s${own} ${storedValue(own, back)} ${end - back * STEP}\n`;
    });
    if (!socket.write(lines.join(''))) await once(socket, 'drain');
  }
  socket.end();
  await once(socket, 'close');
  const port = await portOf(agent, 'http');
  const url = `http://127.0.0.1:${port}/metrics-store`;
  await soon(agent, async () => {
    const { points, blocks } = (await (await fetch(url)).json()) as Readonly<Record<'points' | 'blocks', number>>;
    return points >= ROUNDS * SERIES * POINTS && blocks > SERIES ? true : undefined;
  });
  // Its own collectors have their first round behind them then, and it puts no more points into blocks.
  await settled(agent.pid);
  return port;
}

async function timesOf(port: number, target: string): Promise<number> {
  const url = `http://127.0.0.1:${port}/render?target=${encodeURIComponent(target)}&from=-4h&format=json&noCache=1`;
  for (let at = 0; at < WARMING; at++) await timed(url);
  const times: number[] = [];
  for (let at = 0; at < ASKED; at++) times.push(await timed(url));
  return median(times);
}

const bench: BenchCase = {
  name: `render: ${POINTS} points of series, over HTTP, as JSON`,
  async run() {
    ensureBuilt();
    await using place = await Workplace.make('render');
    const end = Math.floor(Date.now() / 1_000 / STEP) * STEP;
    const peer = await startPeer(place, end);
    const ours = await startOurs(place, end);
    const rows: Row[] = [];
    for (const { what, target, goal } of TARGETS) {
      const theirs = await timesOf(peer, target);
      const value = await timesOf(ours, target);
      rows.push({
        case: `${what}, middle`,
        value,
        unit: 'ms',
        ratio: value / theirs,
        peer: `graphite-web (goal ${goal})`,
      });
      rows.push({ case: `${what}, middle of graphite-web`, value: theirs, unit: 'ms' });
    }
    return rows;
  },
};

export default bench;
