import { Resolver } from 'node:dns/promises';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureBuilt, portOf, soon, startAgent } from '../agents.ts';
import { type BenchCase, median, type Row } from '../case.ts';
import { Workplace } from '../workplace.ts';

const ROUNDS = 10;
const LOOK_MS = 5;
const PATIENCE_MS = 10_000;
/** What a rule saw of a file is remembered for a moment. */
const REST_MS = 2_500;

/** A rule that holds while a file is there, and a check that waits for its group. */
const rulesFor = (
  file: string,
): string => `detector: { interval: 1h, apply_if: "file_exists('${file}')", add_groups: [news] }
check: { interval: 1h, if_group: news, critical_if: 'False', ok_output: "'OK'" }
`;

/** What an agent answers on its unix socket. */
const ask = (socketPath: string, method: string, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.once('end', () => resolve(text));
    });
    asked.once('error', reject).end();
  });

interface Check {
  readonly state: string;
}

/** Milliseconds until something is so. */
async function until(begun: number, isSo: () => Promise<boolean>): Promise<number> {
  while (performance.now() - begun < PATIENCE_MS) {
    if (await isSo()) return performance.now() - begun;
    await pause(LOOK_MS);
  }
  throw new Error(`it was not so within ${PATIENCE_MS} ms`);
}

/** What a name server answers now; a resolver that was used before may remember what it heard then. */
async function namesAt(server: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([server]);
  return await resolver.resolve4('news.group.internet.opsbro').catch(() => []);
}

/** Two agents of one pool, of which the first may come into a group. */
async function pair(place: Workplace) {
  const home = await place.directory('a');
  const file = join(place.folder, 'news');
  await mkdir(join(home, 'etc'), { recursive: true });
  await writeFile(join(home, 'etc', 'news.yml'), rulesFor(file));
  const quick = { OPSBRO_GOSSIP__PROFILE: 'lan', OPSBRO_DNS__POLICY__LISTS: 'any' };
  const a = await startAgent(place, 'a', [], { ...quick, OPSBRO_NAME: 'a' });
  const port = await portOf(a, 'gossip');
  const b = await startAgent(place, 'b', [], { ...quick, OPSBRO_NAME: 'b', OPSBRO_SEEDS: `127.0.0.1:${port}` });
  const socketOf = (at: string) => join(at, 'data', 'opsbro.sock');
  const server = `127.0.0.1:${await portOf(b, 'dns')}`;
  const members = () => ask(socketOf(b.home), 'GET', '/agent/members').catch(() => '');
  await soon(b, async () => /"name":\s*"a"/.test(await members()) || undefined);
  return {
    ...{ file, members },
    run: () => ask(socketOf(a.home), 'POST', '/agent/detectors/run'),
    check: async () => (JSON.parse(await ask(socketOf(a.home), 'GET', '/monitoring/checks/local/news')) as Check).state,
    names: () => namesAt(server),
  };
}

const bench: BenchCase = {
  name: 'group-news: from what a detector finds to gossip, DNS and checks',
  async run() {
    ensureBuilt();
    await using place = await Workplace.make('news');
    const { file, run, members, check: stateOf, names } = await pair(place);
    const times = { gossip: [] as number[], dns: [] as number[], check: [] as number[], gone: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      await pause(REST_MS);
      await writeFile(file, '');
      await run();
      const begun = performance.now();
      const [gossip, dns, check] = await Promise.all([
        until(begun, async () => (await members()).includes('"news"')),
        until(begun, async () => (await names()).length > 0),
        until(begun, async () => (await stateOf()) === 'ok'),
      ]);
      times.gossip.push(gossip);
      times.dns.push(dns);
      times.check.push(check);
      await pause(REST_MS);
      await rm(file);
      await run();
      times.gone.push(await until(performance.now(), async () => (await names()).length === 0));
    }
    return Object.entries(times).flatMap(([what, each]): Row[] => [
      { case: `${what}, half of the times`, value: median(each), unit: 'ms' },
      { case: `${what}, at most (goal 1000)`, value: Math.max(...each), unit: 'ms' },
    ]);
  },
};

export default bench;
