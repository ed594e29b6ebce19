import { expect, test } from 'vitest';
import type { GroupChange } from '../../src/model/history.ts';
import { bodyOf, fakeApi, fakeParts } from './fake-parts.ts';

const POST = { method: 'POST' };

test('detectors are run, one or all of them, or only tried out', async () => {
  const api = fakeApi();
  expect(await bodyOf(await api('/agent/detectors/run', POST))).toEqual({
    groups: ['kv', 'linux'],
    new_groups: ['linux'],
    lost_groups: [],
    logs: {},
  });
  expect(await bodyOf(await api('/agent/detectors/run/linux/linux?dry', POST))).toEqual({
    groups: ['kv', 'linux'],
    new_groups: [],
    lost_groups: [],
    logs: { 'linux/linux': 'unknown: collector.x is missing' },
  });
});

const CHANGES: readonly GroupChange[] = [
  { number: 1, at: 1_000, type: 'add', group: 'db', from: ['mysql/mysql'] },
  { number: 2, at: 1_500, type: 'add', group: 'kv', from: [] },
  { number: 3, at: 9_000, type: 'remove', group: 'db', from: ['mysql/mysql'] },
];

test.each(['/history/groups', '/agent/detectors/history'])('%s has the groups that came and went', async (path) => {
  const api = fakeApi(fakeParts({ groupHistory: { changes: async () => CHANGES } }));
  expect(await bodyOf(await api(path))).toEqual([
    {
      date: 1,
      entries: [
        { type: 'add', group: 'db', from: ['mysql/mysql'] },
        { type: 'add', group: 'kv', from: [] },
      ],
    },
    { date: 9, entries: [{ type: 'remove', group: 'db', from: ['mysql/mysql'] }] },
  ]);
  const filter = encodeURIComponent("group == 'db'");
  const first = await api(`${path}?since=0&limit=1&filter=${filter}`);
  expect(first.headers.get('link')).toBe(
    `<?limit=1&since=0&filter=${filter.replaceAll('%20', '+').replaceAll("'", '%27')}&after=1>; rel="next"`,
  );
  expect(await bodyOf(await api(`${path}?since=0&after=1&filter=${filter}`))).toMatchObject([{ date: 9 }]);
});
