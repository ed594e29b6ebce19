import { expect, test } from 'vitest';
import expression from '../../src/checks/expression.ts';
import type { CheckRecord } from '../../src/model/check.ts';
import { checkContext, valued } from '../support/check.ts';
import { never } from '../support/host.ts';

const DISK = {
  critical_if: 'C',
  critical_output: 'critical text',
  warning_if: 'W',
  warning_output: 'warning text',
  ok_output: 'ok text',
};

const TEXTS = {
  'critical text': valued('CRITICAL: / is at 97%|used=97%'),
  'warning text': valued('WARNING: / is at 92%'),
  'ok text': valued('OK: / is at 50%\nall is well'),
};
const MISSING = { type: 'missing', path: 'collector.disk.x', reason: 'collector disk: error' } as const;

test.each([
  [false, false, { state: 'ok', output: 'OK: / is at 50%', longOutput: 'all is well', perfdata: [] }],
  [false, true, { state: 'warning', output: 'WARNING: / is at 92%', longOutput: '', perfdata: [] }],
  [true, true, { state: 'critical', output: 'CRITICAL: / is at 97%', longOutput: '', perfdata: ['used=97%'] }],
])('critical %s and warning %s is judged, the critical one first', async (C, W, expected) => {
  const answers = { C: valued(C), W: valued(W), ...TEXTS };
  expect(await expression.configure(DISK)(checkContext({ answers }), never)).toEqual(expected);
});

test('missing data makes the state unknown and is named, and does not hide behind a warning', async () => {
  const answers = { C: MISSING, W: valued(true), ...TEXTS };
  expect(await expression.configure(DISK)(checkContext({ answers }), never)).toEqual({
    state: 'unknown',
    output: 'UNKNOWN: collector.disk.x is missing (collector disk: error)',
  });
});

test('a broken condition makes the state unknown, a broken text does not', async () => {
  const broken = { type: 'error', message: 'division by zero' } as const;
  const condition = await expression.configure(DISK)(checkContext({ answers: { C: broken } }), never);
  expect(condition).toEqual({
    state: 'unknown',
    output: 'ERROR: the critical_if expression fail: C : division by zero',
  });
  const answers = { C: valued(false), W: valued(true), 'warning text': broken };
  expect(await expression.configure(DISK)(checkContext({ answers }), never)).toEqual({
    state: 'warning',
    output: 'WARNING (ERROR: the warning_output expression fail: warning text : division by zero)',
  });
});

test('without texts the state speaks for itself', async () => {
  const check = expression.configure({ warning_if: 'W' });
  expect(await check(checkContext({ answers: { W: valued(true) } }), never)).toMatchObject({ output: 'WARNING [W]' });
  expect(await check(checkContext({ answers: { W: valued(false) } }), never)).toMatchObject({ output: 'OK' });
});

test.each<[CheckRecord['hardState'], number, string]>([
  ['ok', 96, 'critical'],
  ['critical', 94, 'critical'],
  ['critical', 93, 'critical'],
  ['critical', 91, 'ok'],
  ['ok', 94, 'ok'],
])('after %s, a value of %d with a clear expression is %s', async (hardState, value, state) => {
  const check = expression.configure({ critical_if: 'C', critical_clear_if: 'clear' });
  const answers = { C: valued(value > 95), clear: valued(value < 92) };
  expect(await check(checkContext({ answers, previous: { hardState } }), never)).toMatchObject({ state });
});

test('a problem lasts while the data of its clear expression is missing', async () => {
  const check = expression.configure({ critical_if: 'C', critical_clear_if: 'clear' });
  const context = checkContext({ answers: { C: valued(false), clear: MISSING }, previous: { hardState: 'critical' } });
  expect(await check(context, never)).toMatchObject({ state: 'critical' });
});
