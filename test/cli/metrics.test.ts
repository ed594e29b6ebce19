import { describe, expect, test } from 'vitest';
import { sparkline } from '../../src/cli/sparkline.ts';
import { fakeAgent, opsbro } from '../support/cli.ts';

describe('a sparkline', () => {
  test.each<[string, (number | null)[], boolean, string]>([
    ['goes from the least to the greatest', [0, 1, 2, 3, 4, 5, 6, 7], true, '▁▂▃▄▅▆▇█'],
    ['has letters where nothing else can be shown', [0, 1, 2, 3, 4, 5, 6, 7], false, '_.-~=+*#'],
    ['is flat when nothing changes', [3, 3, 3], true, '▁▁▁'],
    ['has holes', [0, null, 10], true, '▁ █'],
    ['is empty for nothing', [], true, ''],
    ['bears the largest numbers', [-Number.MAX_VALUE, 0, Number.MAX_VALUE], true, '▁▅█'],
  ])('%s', (_, values, unicode, line) => {
    expect(sparkline(values, { unicode })).toBe(line);
  });
});

describe('metrics list', () => {
  test('lists all names, page by page', async () => {
    await using agent = await fakeAgent({ 'GET /list/?limit=10000': ['a.b', 'a.c'] });
    expect(await opsbro('metrics list', agent)).toEqual({ code: 0, out: 'a.b\na.c\n', err: '' });
  });

  test('lists what fits a pattern', async () => {
    await using agent = await fakeAgent({ 'GET /metrics-store/names?pattern=a.*': ['a.b'] });
    expect((await opsbro(['metrics', 'list', 'a.*', '--json'], agent)).out).toBe('["a.b"]\n');
  });

  test('says what * is when nothing fits a pattern', async () => {
    await using agent = await fakeAgent({ 'GET /metrics-store/names?pattern=*load*': [] });
    const { out, err } = await opsbro(['metrics', 'list', '*load*'], agent);
    expect(out + err).toContain('no series fits *load*; * stands for what is between two dots');
  });
});

describe('metrics show', () => {
  const load = { name: 'n.load', first: 1_700_000_000, step: 60, values: [1, null, 2.5, 4] };

  test('shows where the values lay and how they went', async () => {
    await using agent = await fakeAgent({ 'GET /metrics-store/points?series=n.load&points=40': [load] });
    const { code, out } = await opsbro('metrics show n.load', agent);
    expect(code).toBe(0);
    expect(out).toMatch(/^SERIES +MIN +AVG +MAX +LAST +COURSE\nn\.load +1 +2\.5 +4 +4 /);
  });

  test('shows every value with its time', async () => {
    const query = 'series=n.load&from=1700000000&until=1700000300';
    await using agent = await fakeAgent({ [`GET /metrics-store/points?${query}`]: [load] });
    const words = 'metrics show n.load --from 1700000000 --until 1700000300 --values --utc';
    const { out } = await opsbro(words, agent);
    expect(out.split('\n')).toHaveLength(5);
    expect(out).toMatch(/22:15:20\S* +2\.5\n/);
  });

  test('takes an age with a minus before it', async () => {
    await using agent = await fakeAgent({});
    await opsbro('metrics show n.load --from -1h --until now', agent);
    const [asked = ''] = agent.asked();
    const from = Number(/from=(\d+)/.exec(asked)?.[1]);
    expect(Math.abs(Date.now() / 1_000 - 3_600 - from)).toBeLessThan(60);
    expect(asked).not.toContain('until');
  });

  test('says when nothing has that name, and what no time is', async () => {
    await using agent = await fakeAgent({ 'GET /metrics-store/points?series=none&points=40': [] });
    expect(await opsbro('metrics show none', agent)).toMatchObject({
      code: 2,
      out: '',
      err: 'error: no series fits "none"; opsbro metrics list shows all\n',
    });
    expect((await opsbro('metrics show none --from noon', agent)).err).toContain('--from: "noon" is neither');
  });
});
