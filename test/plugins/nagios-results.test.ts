import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostResultLine, serviceResultLine } from '../../src/plugins/nagios-results.ts';

const AT = 1_700_000_000_999;
const RESULT = { hostId: 'id', service: 'Agent-disk', at: AT } as const;

test.each([
  [{ state: 'critical', output: 'full' }, '2;full'],
  [{ state: 'ok', output: '' }, '0;OK'],
  [{ state: 'pending', output: '' }, '3;waiting for its first result'],
  [{ state: 'unknown', output: 'one\ntwo' }, '3;one\\ntwo'],
  [{ state: 'warning', output: 'a|b', perfdata: ["'x y'=1;2", 'z=3%'] }, "1;a/b | 'x y'=1;2 z=3%"],
  [{ state: 'ok', output: 'fine', longOutput: 'more' }, '0;fine\\nmore'],
] as const)('%j is handed in as %j', (said, rest) => {
  expect(serviceResultLine({ ...RESULT, ...said })).toBe(
    `[1700000000] PROCESS_SERVICE_CHECK_RESULT;id;Agent-disk;${rest}\n`,
  );
});

test.each([
  ['alive', 0],
  ['suspect', 0],
  ['dead', 1],
  ['left', 1],
] as const)('a node that is %s is handed in as %i', (state, code) => {
  expect(hostResultLine({ hostId: 'id', state, text: 'web-1', at: AT })).toBe(
    `[1700000000] PROCESS_HOST_CHECK_RESULT;id;${code};web-1\n`,
  );
});

test('whatever a check says, it is one line that a pipe takes whole', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 5_000 });
  fc.assert(
    fc.property(anything, anything, (output, longOutput) => {
      const line = serviceResultLine({ ...RESULT, state: 'critical', output, longOutput, perfdata: [output] });
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4_096);
    }),
    { numRuns: 100 },
  );
});
