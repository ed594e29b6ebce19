import { delay, systemClock } from '../../../base/clock.ts';
import { parseDuration } from '../../../base/duration.ts';
import { messageOf } from '../../../base/errors.ts';
import type { DashboardView } from '../../../model/dashboard.ts';
import { type Context, defineCommand } from '../../command.ts';
import { pointsIn } from '../../dashboard/braille.ts';
import { drawDashboard } from '../../dashboard/draw.ts';
import { Memory } from '../../dashboard/memory.ts';
import { Screen } from '../../dashboard/screen.ts';
import { isPassing, UsageError } from '../../failure.ts';
import { whenInitialized } from '../../initialized.ts';

const PLAIN_COLUMNS = 80;
const MOST_POINTS = 1_000;
const LEAST_MS = 100;

const OPTIONS = {
  once: { kind: 'flag', description: 'draw it once and end, as everywhere but on a terminal' },
  interval: { kind: 'value', placeholder: 'D', description: 'time between two drawings: 10s' },
  occurences: { kind: 'value', placeholder: 'N', description: 'end after so many drawings' },
  occurrences: { kind: 'value', placeholder: 'N', description: 'same as --occurences' },
} as const;

export default defineCommand({
  arguments: '<NAME>',
  options: OPTIONS,
  examples: ['dashboards show linux', 'dashboards show linux --once --json'],
  route: 'GET /dashboards/NAME/values',
  async run({ args: [name = ''], options }, context) {
    const { terminal } = context;
    const written = options.occurences ?? options.occurrences;
    const isLive = terminal.isTerminal && !terminal.json && !options.once;
    const looks = { name, intervalMs: intervalOf(options.interval), count: countOf(written, options.once || !isLive) };
    await whenInitialized(context);
    if (isLive) await live(looks, context);
    else await printed(looks, context);
  },
});

/** What is drawn, and how often. */
interface Looks {
  readonly name: string;
  readonly intervalMs: number;
  readonly count: number;
}

function intervalOf(written = '10s'): number {
  const ms = parseDuration(written);
  if (ms >= LEAST_MS) return ms;
  throw new UsageError(`--interval: "${written}" is too short (expected at least ${LEAST_MS}ms)`);
}

/** How many drawings are wanted; 0 stands for no end. */
function countOf(written: string | undefined, isOnce: boolean): number {
  if (written === undefined) return isOnce ? 1 : Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}$/.test(written)) throw new UsageError(`--occurences: "${written}" is no number of drawings`);
  return Number(written) === 0 ? Number.POSITIVE_INFINITY : Number(written);
}

/** One drawing after the other, each as text. */
async function printed(looks: Looks, context: Context): Promise<void> {
  const { terminal, world } = context;
  const memory = new Memory();
  using stop = interruption(context);
  for (let left = looks.count; left > 0; left -= 1) {
    const view = await asked(looks, context);
    terminal.show(view, () => {
      const size = { columns: world.out.columns ?? PLAIN_COLUMNS };
      for (const line of drawing(memory.complete(view), size, context)) terminal.line(line.trimEnd());
    });
    if (left > 1 && !(await stop.pause(looks.intervalMs))) return;
  }
}

/** On a screen of its own, drawn anew at each interval and when the window changes its size. */
async function live(looks: Looks, context: Context): Promise<void> {
  const { world } = context;
  const memory = new Memory();
  // What cannot be shown at all is told where it stays.
  let view = memory.complete(await asked(looks, context));
  let trouble = '';
  using stop = interruption(context);
  using screen = new Screen(world);
  const show = () => {
    const rows = world.out.rows === undefined ? undefined : world.out.rows - (trouble === '' ? 0 : 1);
    const lines = drawing(view, { columns: world.out.columns ?? PLAIN_COLUMNS, rows }, context);
    screen.show(trouble === '' ? lines : [...lines.slice(0, rows), trouble]);
  };
  using _resize = world.onResize(show);
  for (let left = looks.count; ; left -= 1) {
    show();
    if (left <= 1 || !(await stop.pause(looks.intervalMs))) return;
    try {
      view = memory.complete(await asked(looks, context));
      trouble = '';
    } catch (error) {
      if (!isPassing(error)) throw error;
      trouble = context.terminal.paint(messageOf(error), 'red');
    }
  }
}

function drawing(
  view: DashboardView,
  size: { readonly columns: number; readonly rows?: number | undefined },
  { terminal }: Context,
) {
  const look = { unicode: terminal.unicode, paint: terminal.paint.bind(terminal) };
  return drawDashboard(view, terminal.time(view.at), size, look);
}

/** Of charts there are as many values as the window has room for, an interval apart. */
async function asked({ name, intervalMs }: Looks, { agent, terminal, world }: Context): Promise<DashboardView> {
  const points = Math.min(MOST_POINTS, pointsIn(world.out.columns ?? PLAIN_COLUMNS));
  const step = Math.max(10, Math.round(intervalMs / 1_000));
  const query = { points: String(points), step: String(step), ...(terminal.isColoured && { color: 'true' as const }) };
  return await agent.ask('GET /dashboards/:id*/values', { params: { id: name }, query });
}

/** Ends pauses when the user interrupts, which is the way to end. */
function interruption({ world }: Context): Disposable & { pause(ms: number): Promise<boolean> } {
  const stop = new AbortController();
  const listening = world.onInterrupt(() => stop.abort());
  return {
    /** Tells whether to go on. */
    async pause(ms) {
      const stay = setInterval(() => {}, ms);
      await delay(systemClock, ms, stop.signal).catch(() => undefined);
      clearInterval(stay);
      return !stop.signal.aborted;
    },
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}
