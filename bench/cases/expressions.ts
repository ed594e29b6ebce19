import { systemClock } from '../../src/base/clock.ts';
import { compile } from '../../src/expressions/compile.ts';
import type { Reading, Scope } from '../../src/expressions/contract.ts';
import { lookUp, type Path } from '../../src/expressions/paths.ts';
import type { BenchCase, Row } from '../case.ts';

type Sample = Readonly<Record<'idle' | 'critical' | 'load1' | 'cpus', number>>;

const MEASURED_MS = 500;
const PEER = 'by hand, more is better';
const SAMPLES: readonly Sample[] = Array.from({ length: 64 }, (_, idle) => ({
  idle,
  critical: 50,
  load1: 5 + (idle % 4),
  cpus: 2,
}));
const FIELDS = new Set(['idle', 'critical', 'load1', 'cpus']);
const BARE = '(100 - idle) > critical and load1 > 2 * cpus';
const CHECK = "{{collector.a.n}} > 4 and {{collector.a.s}} == 'debian'";
const functions = new Map();

/** Calls a second of `run`, after a warm-up. */
function rate(run: (turn: number) => unknown): number {
  let sink = 0;
  const loop = (ms: number) => {
    const end = process.hrtime.bigint() + BigInt(ms * 1_000_000);
    let turns = 0;
    const start = process.hrtime.bigint();
    for (; process.hrtime.bigint() < end; turns += 256) {
      for (let turn = 0; turn < 256; turn++) if (run(turns + turn)) sink++;
    }
    return (turns * 1e9) / Number(process.hrtime.bigint() - start);
  };
  loop(MEASURED_MS / 4);
  const result = loop(MEASURED_MS);
  // Keeps the results from being optimised away.
  return sink < 0 ? 0 : result;
}

const sampleAt = (turn: number): Sample => SAMPLES[turn & 63] as Sample;

/** Expressions over the fields of a record, as filters use them. */
function records(): Row[] {
  const scope = { ...scopeOver({}), record: sampleAt(0) };
  const compiled = compile(BARE, { functions, fields: FIELDS });
  const byHand = ({ idle, critical, load1, cpus }: Sample) => 100 - idle > critical && load1 > 2 * cpus;
  const hand = rate((turn) => byHand(sampleAt(turn)));
  const kept = rate((turn) => {
    scope.record = sampleAt(turn);
    return compiled.evaluate(scope, 'condition');
  });
  const fresh = rate((turn) => {
    scope.record = sampleAt(turn);
    return compile(BARE, { functions, fields: FIELDS }).evaluate(scope, 'condition');
  });
  return [
    { case: 'record, by hand', value: hand, unit: '1/s' },
    { case: 'record, compiled once', value: kept, unit: '1/s', ratio: kept / hand, peer: PEER },
    { case: 'record, compiled each time', value: fresh, unit: '1/s', ratio: fresh / hand, peer: PEER },
  ];
}

/** Expressions over collected data, as checks use them. */
function checks(): Row[] {
  const data = { collector: { a: { n: 5, s: 'debian' } } };
  const scope = scopeOver(data);
  const compiled = compile(CHECK, { functions });
  const byHand = ({ collector: { a } }: typeof data) => a.n > 4 && a.s === 'debian';
  const hand = rate(() => byHand(data));
  const kept = rate(() => compiled.evaluate(scope, 'condition'));
  return [
    { case: 'check, by hand', value: hand, unit: '1/s' },
    { case: 'check, compiled once', value: kept, unit: '1/s', ratio: kept / hand, peer: PEER },
  ];
}

function scopeOver(data: Readonly<Record<string, unknown>>): Scope {
  const read = (kind: string, { segments }: Path): Reading => {
    const value = lookUp(data[kind], segments);
    return value === undefined ? { found: false, reason: 'not there' } : { found: true, value };
  };
  return { read, clock: systemClock, signal: new AbortController().signal };
}

const bench: BenchCase = {
  name: 'expressions: compiled against written by hand',
  run: async () => [...records(), ...checks()],
};

export default bench;
