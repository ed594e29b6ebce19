import type { BenchCase, Row } from '../case.ts';
import { residentOf, send, settled, startOurs } from '../telemetry/loads.ts';
import { Workplace } from '../workplace.ts';

/** As many as a store takes as shipped; what comes twice is stored early. */
const SERIES = 200_000;
const LOOK_MS = 20;
const GOALS = { kept: 400, highest: 600 };

/** Lets a process work, and answers the most bytes of memory that it had meanwhile. */
async function highestWhile(pid: number, work: () => Promise<unknown>): Promise<number> {
  let highest = 0;
  const look = async () => {
    highest = Math.max(highest, await residentOf(pid));
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  await work();
  clearInterval(timer);
  return highest;
}

const bench: BenchCase = {
  name: 'metrics-burst: memory of very many series that come at once, with one point each',
  async run(): Promise<Row[]> {
    await using place = await Workplace.make('metrics-burst');
    const { pid, ports } = await startOurs(place, 'ours');
    // What every load needs is there before.
    await send(place, 'lines', ports.graphite, 1_000, 1, 'warm', 0);
    await settled(pid);
    const before = await residentOf(pid);
    const highest = await highestWhile(pid, async () => {
      await send(place, 'lines', ports.graphite, SERIES, 1, 'burst', 0);
      await settled(pid);
    });
    const kept = await residentOf(pid);
    const row = (what: string, bytes: number, goal: number): Row => {
      const each = (bytes - before) / SERIES;
      return {
        ...{ case: `${SERIES} new series: ${what}`, value: each, unit: 'bytes each' },
        ...{ ratio: each / goal, peer: `goal of ${goal}` },
      };
    };
    return [row('when it is done', kept, GOALS.kept), row('at the highest', highest, GOALS.highest)];
  },
};

export default bench;
