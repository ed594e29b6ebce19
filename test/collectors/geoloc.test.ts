import { expect, test } from 'vitest';
import geoloc from '../../src/collectors/geoloc.ts';
import { NotEligible } from '../../src/plugins/outcomes.ts';
import { fakeHost, never } from '../support/host.ts';

const URI = 'http://ipinfo.io/json';

test('asks nobody until somebody wants it', async () => {
  let asked = 0;
  const pages = {
    [URI]: () => {
      asked += 1;
      return {};
    },
  };
  await expect(geoloc.configure({})(fakeHost({ pages }), never)).rejects.toThrow(NotEligible);
  expect(asked).toBe(0);
});

test('asks once, and keeps only what it knows', async () => {
  const pages: Record<string, { body: Buffer }> = {
    [URI]: {
      body: Buffer.from('{"ip": "203.0.113.1", "country": "FR", "loc": "48.85,2.35", "city": "", "readme": "x"}'),
    },
  };
  const collect = geoloc.configure({ enabled: true });
  const place = { ip: '203.0.113.1', country: 'FR', loc: '48.85,2.35' };
  expect(await collect(fakeHost({ pages }), never)).toEqual(place);
  expect(await collect(fakeHost(), never)).toEqual(place);
});

test.each([
  ['{}', 'it answers no place'],
  ['[1]', 'does not tell where'],
  ['no JSON', 'does not tell where'],
])('of the answer %s nothing is made, and it is asked again the next time', async (text, message) => {
  const collect = geoloc.configure({ enabled: true });
  const run = collect(fakeHost({ pages: { [URI]: { body: Buffer.from(text) } } }), never);
  await expect(run).rejects.toThrow(NotEligible);
  await expect(run).rejects.toThrow(message);
  await expect(collect(fakeHost(), never)).rejects.toThrow('ECONNREFUSED');
});
