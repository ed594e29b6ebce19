import { OpsbroError } from '../../../base/errors.ts';
import type { Api } from '../../../http/api.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { secondsOf } from '../../instant.ts';
import { sparkline } from '../../sparkline.ts';
import type { Terminal } from '../../terminal.ts';

type Series = Api['GET /metrics-store/points']['answer'][number];

/** Signs of a line, and values asked for. */
const WIDTH = 40;

export default defineCommand({
  arguments: 'TARGET',
  options: {
    from: { kind: 'value', placeholder: 'D', description: 'from then on: -1h (the default), 2d, or 2026-01-02 15:04' },
    until: { kind: 'value', placeholder: 'T', description: 'up to then; now when left out' },
    values: { kind: 'flag', description: 'every value with its time' },
  },
  examples: ["metrics show '*.loadaverage.load1'", "metrics show '*.cpustats.cpu_all.pct_idle' --from -6h --values"],
  route: 'GET /metrics-store/points',
  async run({ args: [series = ''], options }, { agent, terminal }) {
    const { from, until, values: isWhole } = options;
    const query = {
      series,
      ...(from !== undefined && { from: String(instantOf('--from', from)) }),
      ...(until !== undefined && until !== 'now' && { until: String(instantOf('--until', until)) }),
      ...(!isWhole && !terminal.json && { points: String(WIDTH) }),
    };
    const found = await agent.ask('GET /metrics-store/points', { query });
    if (found.length === 0)
      throw new OpsbroError('not_found', `no series fits "${escaped(series)}"; opsbro metrics list shows all`);
    terminal.show(found, () => {
      if (isWhole) for (const each of found) printValues(each, terminal);
      else printSummary(found, terminal);
    });
  },
});

/** An age may have the minus that Graphite's users write before it. */
const instantOf = (option: string, written: string): number =>
  /^\d{9,10}$/.test(written) ? Number(written) : secondsOf(option, written.replace(/^-/, ''));

function printSummary(found: readonly Series[], terminal: Terminal): void {
  const columns = [
    { title: 'SERIES' },
    { title: 'MIN', align: 'right' },
    { title: 'AVG', align: 'right' },
    { title: 'MAX', align: 'right' },
    { title: 'LAST', align: 'right' },
    { title: 'COURSE' },
  ] as const;
  const rows = found.map(({ name, values }) => {
    const known = values.filter((value) => value !== null);
    const mean = known.reduce((sum, value) => sum + value / known.length, 0);
    const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const most = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const numbers = known.length === 0 ? ['', '', '', ''] : [least, mean, most, known.at(-1) ?? 0].map(numberText);
    return [escaped(name), ...numbers, sparkline(values, terminal)];
  });
  terminal.table(columns, rows, 'no series');
}

function printValues({ name, first, step, values }: Series, terminal: Terminal): void {
  terminal.line(escaped(name));
  values.forEach((value, at) => {
    if (value !== null) terminal.line(`  ${terminal.time((first + at * step) * 1_000)}  ${numberText(value)}`);
  });
}

/** At most six digits that count, as more are noise in a summary. */
const numberText = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : String(Number(value.toPrecision(6)));
