import { Parser } from 'expr-eval';
import { compileExpression } from 'filtrex';
import { systemClock } from '../../src/base/clock.ts';
import type { Reading, Scope } from '../../src/expressions/contract.ts';
import type { Evaluated } from '../../src/model/expression.ts';
import { bundled } from '../bundled.ts';
import { type BenchCase, median, type Row } from '../case.ts';

type Sample = Readonly<Record<'idle' | 'critical' | 'load1' | 'cpus', number>>;
type Test = (sample: Sample) => unknown;

/** An engine: what it makes of the text once, and making it anew each time. */
interface Engine {
  readonly name: string;
  readonly kept: Test;
  make(): Test;
}

const TEXT = '(100 - idle) > critical and load1 > 2 * cpus';
const SAMPLES: readonly Sample[] = Array.from({ length: 64 }, (_, idle) => ({
  idle,
  critical: 50,
  load1: 5 + (idle % 4),
  cpus: 2,
}));
const FIELDS = new Set(['idle', 'critical', 'load1', 'cpus']);
/** Engines take turns, so that what else the machine does strikes all of them. */
const ROUNDS = 21;
const TURN_MS = 60;

const nothing = (): Reading => ({ found: false, reason: 'only records are measured' });

async function ours(): Promise<Engine> {
  const { compile } = await bundled<typeof import('../../src/expressions/compile.ts')>('src/expressions/compile.ts');
  const functions = new Map();
  const { signal } = new AbortController();
  const scope: Scope & { record: Sample } = { read: nothing, record: SAMPLES[0] as Sample, clock: systemClock, signal };
  const make = (): Test => {
    const compiled = compile(TEXT, { functions, fields: FIELDS });
    return (record) => {
      scope.record = record;
      // Nothing here calls a function that has to be waited for.
      const outcome = compiled.evaluate(scope, 'condition') as Evaluated;
      return outcome.type === 'value' && outcome.truth;
    };
  };
  return { name: 'ours', kept: make(), make };
}

function filtrex(): Engine {
  const make = (): Test => compileExpression(TEXT);
  return { name: 'filtrex', kept: make(), make };
}

function exprEval(): Engine {
  const parser = new Parser();
  const make = (): Test => {
    const parsed = parser.parse(TEXT);
    return (sample) => parsed.evaluate(sample);
  };
  return { name: 'expr-eval', kept: make(), make };
}

/** Evaluations in a second of processor time. */
function rate(test: Test, ms: number): number {
  const before = process.cpuUsage();
  const end = performance.now() + ms;
  let turns = 0;
  let sink = 0;
  for (; performance.now() < end; turns += 64) for (const sample of SAMPLES) if (test(sample)) sink++;
  const { user, system } = process.cpuUsage(before);
  // Keeps the results from being optimised away.
  return sink < 0 ? 0 : (turns * 1e6) / (user + system);
}

/** The middle of several rates of each way, in the order of `ways`. */
function rates(ways: readonly Test[]): number[] {
  for (const way of ways) rate(way, TURN_MS * 4);
  const measured = ways.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [place, way] of ways.entries()) measured[place]?.push(rate(way, TURN_MS));
  }
  return measured.map(median);
}

function rowsOf(title: string, ways: readonly Test[], goals: ReadonlyMap<string, number>): Row[] {
  const [own = 0, ...others] = rates(ways);
  const peers = ENGINES.slice(1).map(({ name }, place): Row => {
    const value = others[place] ?? 0;
    const goal = goals.get(name);
    const peer = `ours by theirs, more is better${goal === undefined ? '' : ` (goal ${goal})`}`;
    return { case: `${title}, ${name}`, value, unit: '1/s', ratio: own / value, peer };
  });
  return [{ case: `${title}, ours`, value: own, unit: '1/s' }, ...peers];
}

const ENGINES: readonly Engine[] = [await ours(), filtrex(), exprEval()];

const bench: BenchCase = {
  name: 'expressions: beside filtrex and expr-eval, per second of processor time',
  run: async () => [
    ...rowsOf(
      'compiled once',
      ENGINES.map(({ kept }) => kept),
      new Map([
        ['filtrex', 2],
        ['expr-eval', 8],
      ]),
    ),
    ...rowsOf(
      'compiled each time',
      ENGINES.map(
        ({ make }): Test =>
          (sample) =>
            make()(sample),
      ),
      new Map([['expr-eval', 1.8]]),
    ),
  ],
};

export default bench;
