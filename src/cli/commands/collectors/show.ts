import type { Collector } from '../../collector-text.ts';
import { type Context, defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { whenInitialized } from '../../initialized.ts';
import { leafText, leavesOf, printTree } from '../../tree.ts';
import { changesWanted, type Frame, WATCH_OPTIONS, watch } from '../../watch.ts';

/** Values that a line of a change has room for. */
const VALUES_IN_LINE = 8;

export default defineCommand({
  arguments: '[NAME]',
  options: { all: { kind: 'flag', description: 'also collectors that have nothing to show' }, ...WATCH_OPTIONS },
  examples: ['collectors show', 'collectors show memory --watch'],
  route: 'GET /collectors/NAME',
  local: 'groups',
  async run({ args: [name], options }, context) {
    const count = changesWanted(options);
    const wish = { name, isAllWanted: options.all };
    if (!options.watch) return await show(wish, context);
    const lineOf = (frame: Frame) => changeLine(frame, name, context);
    const draw = () => show(wish, context);
    // An unknown name is told at once, not waited for.
    if (name !== undefined) await context.agent.ask('GET /collectors/:name', { params: { name } });
    await watch({ channel: 'collectors', lineOf, draw }, count, context);
  },
});

interface Wish {
  readonly name: string | undefined;
  readonly isAllWanted: boolean;
}

async function show({ name, isAllWanted }: Wish, context: Context): Promise<void> {
  await whenInitialized(context);
  const { agent, terminal } = context;
  const found =
    name === undefined
      ? await agent.ask('GET /collectors', {})
      : [await agent.ask('GET /collectors/:name', { params: { name } })];
  const isShown = ({ state, results }: Collector) =>
    name !== undefined || isAllWanted || results !== null || state === 'ok' || state === 'error';
  const shown = found.filter(isShown);
  const results = Object.fromEntries(shown.map((collector) => [collector.name, collector.results]));
  terminal.show(results, () => {
    for (const collector of shown) printTree(collector, terminal);
    const silent = found.filter((collector) => !isShown(collector));
    if (silent.length > 0)
      terminal.note(
        `nothing to show: ${silent.map((collector) => `${escaped(collector.name)} (${collector.state})`).join(', ')}`,
      );
  });
}

function changeLine({ channel, payload, ts }: Frame, wanted: string | undefined, { terminal }: Context) {
  if (channel !== 'collectors' || (wanted !== undefined && payload.name !== wanted)) return undefined;
  const { name, state, log, results } = payload;
  const leaves = [...leavesOf(results, `collector.${name}`)];
  const values = leaves
    .slice(0, VALUES_IN_LINE)
    .map(([path, value]) => `${path.slice(`collector.${name}.`.length)}=${leafText(value)}`);
  const more = leaves.length > VALUES_IN_LINE ? [`(${leaves.length - VALUES_IN_LINE} more)`] : [];
  return [terminal.time(ts), ...[name, state, log, ...values].filter((part) => part !== '').map(escaped), ...more].join(
    '  ',
  );
}
