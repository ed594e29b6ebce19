import { expect, test } from 'vitest';
import { randomScript } from '../../support/simulation/fuzz.ts';
import { play } from '../../support/simulation/script.ts';

test.each([{ bytes: false }, { bytes: true }])(
  'the same seed gives the same trace, whatever happens (%o)',
  ({ bytes }) => {
    const hash = () => play({ ...randomScript(5), ms: 120_000 }, { bytes }).traceHash;
    expect(hash()).toBe(hash());
  },
);
