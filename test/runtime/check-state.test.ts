import { expect, test } from 'vitest';
import { CHECK_STATES, type CheckState } from '../../src/model/check.ts';
import { type Attempts, nextState, PENDING, type Standing } from '../../src/runtime/check-state.ts';

const BY_LETTER: Readonly<Record<string, CheckState>> = { O: 'ok', W: 'warning', C: 'critical', U: 'unknown' };
const same = (count: number): Attempts['problem'] => ({ ok: 1, warning: count, critical: count, unknown: count });

/** Where a check stands after each letter: `CRITICAL s2` is the second soft result, and the last confirmed state if it is another. */
function standings(results: string, attempts: Attempts): string[] {
  let standing: Standing = PENDING;
  return results.split(' ').map((letter) => {
    standing = nextState(standing, BY_LETTER[letter] ?? 'ok', attempts);
    const { state, hard, attempt, hardState } = standing;
    return `${state} ${hard ? 'h' : 's'}${attempt}${hard ? '' : ` (${hardState})`}`;
  });
}

test.each<[string, string, Attempts, string[]]>([
  [
    'a problem is confirmed by the third bad result, whatever its states',
    'O W W C C O',
    { problem: same(3), recovery: 1 },
    ['ok h1', 'warning s1 (ok)', 'warning s2 (ok)', 'critical h3', 'critical h3', 'ok h1'],
  ],
  [
    'a problem that ends while soft was nothing',
    'O C O',
    { problem: same(3), recovery: 1 },
    ['ok h1', 'critical s1 (ok)', 'ok h1'],
  ],
  [
    'a confirmed problem follows another one at once',
    'O C C C W',
    { problem: same(3), recovery: 1 },
    ['ok h1', 'critical s1 (ok)', 'critical s2 (ok)', 'critical h3', 'warning h3'],
  ],
  [
    'unknown is a problem like the others',
    'O U U U',
    { problem: same(3), recovery: 1 },
    ['ok h1', 'unknown s1 (ok)', 'unknown s2 (ok)', 'unknown h3'],
  ],
  [
    'a recovery that has to be confirmed starts over after a bad result',
    'C C C O C O O',
    { problem: same(3), recovery: 2 },
    [
      'critical s1 (pending)',
      'critical s2 (pending)',
      'critical h3',
      'ok s1 (critical)',
      'critical h3',
      'ok s1 (critical)',
      'ok h1',
    ],
  ],
  ['one result is enough by default', 'C O', { problem: same(1), recovery: 1 }, ['critical h1', 'ok h1']],
  [
    'a worse problem with a longer count of its own has to be confirmed',
    'W C C W C C C',
    { problem: { ok: 1, warning: 1, critical: 3, unknown: 1 }, recovery: 1 },
    [
      'warning h1',
      'critical s1 (warning)',
      'critical s2 (warning)',
      'warning h1',
      'critical s1 (warning)',
      'critical s2 (warning)',
      'critical h3',
    ],
  ],
  [
    'a problem that is less bad needs no count of its own',
    'C W',
    { problem: { ok: 1, warning: 5, critical: 1, unknown: 1 }, recovery: 1 },
    ['critical h1', 'warning h5'],
  ],
])('%s', (_, results, attempts, expected) => {
  expect(standings(results, attempts)).toEqual(expected);
});

test('a hard state is always the last result, and a check that is well is never soft for long', () => {
  for (const first of CHECK_STATES) {
    for (const second of CHECK_STATES) {
      for (const third of CHECK_STATES) {
        let standing = PENDING;
        for (const result of [first, second, third, 'ok', 'ok'] as const) {
          standing = nextState(standing, result, { problem: same(2), recovery: 2 });
          expect(standing.hard).toBe(standing.hard && standing.state === standing.hardState);
        }
        expect(standing).toEqual({ state: 'ok', hardState: 'ok', hard: true, attempt: 1 });
      }
    }
  }
});
