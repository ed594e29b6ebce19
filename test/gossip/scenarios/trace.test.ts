import { expect, test } from 'vitest';
import { play, type ScriptStep } from '../../support/simulation/script.ts';

const steps: readonly ScriptStep[] = [
  { at: 1_000, action: { do: 'link', change: { loss: 0.1, duplicate: 0.05, reorder: 0.1 } } },
  { at: 2_000, action: { do: 'pause', name: 'n1', ms: 4_000 } },
  { at: 3_000, action: { do: 'kill', name: 'n2' } },
  { at: 4_000, action: { do: 'halve', ms: 5_000 } },
  { at: 12_000, action: { do: 'restart', name: 'n2', disk: 'lost', seed: 'n0' } },
  { at: 14_000, action: { do: 'leave', name: 'n3' } },
];

test.each([{ bytes: false }, { bytes: true }])(
  'the same seed gives the same trace, whatever happens (%o)',
  { timeout: 60_000 },
  ({ bytes }) => {
    const hash = (seed: number) => play({ seed, size: 6, steps, ms: 20_000 }, { bytes }).traceHash;
    expect(hash(1)).toBe(hash(1));
    expect(hash(1)).not.toBe(hash(2));
  },
);
