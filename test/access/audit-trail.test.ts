import { expect, test } from 'vitest';
import { AuditTrail } from '../../src/access/audit-trail.ts';
import { SimulatedClock } from '../support/clock.ts';

const ENTRY = { who: 'token ci', method: 'PUT', route: '/kv/:key*', status: 200, access: 'write' };

function trail() {
  const clock = new SimulatedClock();
  const written: string[] = [];
  const audit = new AuditTrail<typeof ENTRY>({
    clock,
    write: ({ who, status }, repeated) => void written.push(`${who} ${status}${repeated > 0 ? ` x${repeated}` : ''}`),
  });
  const note = (over: Partial<typeof ENTRY>, times = 1) => {
    for (let time = 0; time < times; time++) audit.note({ ...ENTRY, ...over });
  };
  return { clock, written, audit, note };
}

test('of what is alike ten are written a minute, and then how many more there were', () => {
  const { clock, written, note } = trail();

  note({}, 25);
  expect(written).toEqual(Array(10).fill('token ci 200'));
  clock.run(60_000);
  expect(written.slice(10)).toEqual(['token ci 200 x15']);
  note({});
  expect(written.at(-1)).toBe('token ci 200');
});

test('another outcome, another route, and somebody else are written apart', () => {
  const { written, note } = trail();

  note({}, 11);
  note({ status: 507 });
  note({ route: '/kv-batch' });
  note({ who: 'token other' });
  expect(written.slice(10)).toEqual(['token ci 507', 'token ci 200', 'token other 200']);
});

test('everything that administrators do is written', () => {
  const { written, note } = trail();

  note({ access: 'admin' }, 50);
  expect(written).toHaveLength(50);
});

test('strangers who try what administrators may do do not fill the disk', () => {
  const { clock, written, note } = trail();

  note({ access: 'admin', status: 401, who: '10.0.0.1' }, 1_000);
  expect(written).toHaveLength(10);
  for (let host = 0; host < 10_000; host++)
    note({ access: 'admin', status: 401, who: `10.1.${host >> 8}.${host & 255}` });
  expect(written.length).toBeLessThan(1_100);
  clock.run(60_000);
  expect(written.at(-1)).toMatch(/ 401 x\d+$/);
});

test('at the end it is said how many more there were', () => {
  const { written, audit, note } = trail();

  note({}, 12);
  audit[Symbol.dispose]();
  expect(written.at(-1)).toBe('token ci 200 x2');
});
