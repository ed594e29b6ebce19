import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import type { SeriesValues } from '../../src/model/series.ts';
import { FUNCTIONS } from '../../src/render/table.ts';
import { testWith } from '../support/services.ts';
import { SKIPPED, TARGETS } from './graphite-targets.ts';
import { shown, sourceOf } from './made.ts';

/** 23:35:30, which lies in the middle of a minute. */
const FROM = 1_700_004_930;
const UNTIL = FROM + 5_400;
const EARLIER = 3_600;
const DAY = 86_400;
const SCRIPT = fileURLToPath(new URL('../support/graphite-functions.py', import.meta.url));

interface Shown {
  readonly name: string;
  readonly start: number;
  readonly step: number;
  readonly values: readonly (number | null)[];
}

interface Answer {
  readonly functions: readonly string[];
  readonly answers: readonly { readonly series?: readonly Shown[]; readonly error?: string }[];
}

const random = seeded(7);

/** A series with a value for each step since `earlier` seconds before the time that is shown. */
function made(name: string, value: (at: number) => number | null, { step = 60, earlier = EARLIER } = {}): SeriesValues {
  const first = Math.floor((FROM - earlier) / step) * step;
  const length = Math.ceil((UNTIL + 2 * step - first) / step);
  return { name, first, step, values: Float64Array.from({ length }, (_, at) => value(at) ?? Number.NaN) };
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;
const holes =
  (top: number, part = 0.15) =>
  () =>
    random() < part ? null : hundredths(random() * top);

function counter(step: number): (at: number) => number {
  let count = 0;
  return () => {
    count = random() < 0.03 ? 0 : count + Math.floor(random() * step);
    return count;
  };
}

const SERIES: readonly SeriesValues[] = [
  ...['x', 'y', 'z'].map((name, at) => made(`a.${name}`, holes(40 + 30 * at))),
  ...['a', 'b'].map((name) => made(`full.${name}`, holes(100, 0))),
  ...['a', 'b'].map((name) => made(`copy.${name}`, holes(100, 0))),
  ...['a', 'b'].map((name) => made(`counter.${name}`, counter(5_000))),
  made('small', () => Math.floor(random() * 255)),
  ...['a', 'b'].map((name, at) => made(`slow.${name}`, holes(50), { step: 120 + 60 * at })),
  ...['dc1.web1', 'dc1.web2', 'dc2.web1', 'dc2.web3'].map((name) => made(`${name}.cpu`, holes(100))),
  ...['a10', 'a9', 'b1', 'b01'].map((name) => made(`n.${name}`, holes(100))),
  ...['p', 'q'].flatMap((name) => ['used', 'total'].map((kind) => made(`pair.${name}.${kind}`, holes(100)))),
  ...['p', 'q'].flatMap((name) => ['avg', 'weight'].map((kind) => made(`w.${name}.${kind}`, holes(100)))),
  made('wave', (at) => Math.sin(at / 7) * 3),
  made('zero', () => 0),
  made('empty', () => null),
  made('hw', (at) => 50 + 20 * Math.sin((at * 60 * 2 * Math.PI) / DAY) + random() * 5, { earlier: 8 * DAY }),
];

/** Equal but for what the last bits of a long sum may differ by. */
function isNear(ours: number | null, theirs: number | null): boolean {
  if (ours === null || theirs === null) return ours === theirs;
  return Math.abs(ours - theirs) <= 1e-9 * Math.max(1, Math.abs(ours), Math.abs(theirs));
}

/** How an answer of ours differs from that of graphite-web; empty when it does not. */
async function differenceOf(target: string, answer: Answer['answers'][number] | undefined): Promise<string> {
  const { series: theirs, error } = answer ?? {};
  if (!theirs) return `graphite-web: ${error}`;
  const range = { from: FROM, until: UNTIL };
  const ours = await shown(target, sourceOf(SERIES, { isCut: true }), { range, now: UNTIL });
  const names = [ours, theirs].map((all) => all.map(({ name }) => name).join('\n'));
  if (names[0] !== names[1]) return `names:\n${names.join('\ninstead of\n')}`;
  for (const [index, own] of ours.entries()) {
    const other = theirs[index];
    if (own.start !== other?.start || own.step !== other.step) {
      return `${own.name}: from ${own.start} by ${own.step} instead of ${other?.start} by ${other?.step}`;
    }
    const values = Array.from(own.values.slice(0, (own.end - own.start) / own.step + 1), (value) =>
      Number.isFinite(value) ? value : null,
    );
    if (values.length !== other.values.length)
      return `${own.name}: ${values.length} values instead of ${other.values.length}`;
    const at = values.findIndex((value, place) => !isNear(value, other.values[place] ?? null));
    if (at >= 0) return `${own.name}: value ${at} is ${values[at]} instead of ${other.values[at]}`;
  }
  return '';
}

testWith(
  'graphite-manage',
  'every function that graphite-web has as well gives what graphite-web gives',
  async () => {
    const series = SERIES.map(({ values, ...rest }) => ({
      ...rest,
      values: Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
    }));
    const targets = [...TARGETS.values()].flat();
    const input = JSON.stringify({ series, targets, from: FROM, until: UNTIL });
    const run = spawnSync('/usr/bin/python3', [SCRIPT], { input, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
    expect(run.status, run.stderr).toBe(0);
    const answer = JSON.parse(run.stdout) as Answer;

    const both = [...FUNCTIONS.keys()].filter((name) => answer.functions.includes(name));
    expect(both.filter((name) => !TARGETS.has(name) && !SKIPPED.has(name))).toEqual([]);
    const differences: string[] = [];
    for (const [at, target] of targets.entries()) {
      const difference = await differenceOf(target, answer.answers[at]).catch((error: unknown) => `ours: ${error}`);
      if (difference !== '') differences.push(`${target}: ${difference}`);
    }
    expect(differences).toEqual([]);
  },
  60_000,
);
