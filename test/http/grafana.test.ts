// What Grafana's data source "Graphite" asks, in the order in which somebody sets one up and draws a panel: its parameters are those of its versions 5 to 11,
// which differ in the method of `/metrics/find` and in the target that is drawn to see that all works.

import { describe, expect, test } from 'vitest';
import { bodyOf, fakeApi, post } from './fake-parts.ts';

const ask = fakeApi();
const HOUR = 'from=-1h&until=now';
const form = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body,
});

interface Entry {
  readonly text: string;
  readonly expandable: number;
}

interface Drawn {
  readonly target: string;
  readonly datapoints: readonly (readonly [number | null, number])[];
}

const draw = async (target: string, rest = `${HOUR}&format=json&maxDataPoints=300`) => {
  const answer = await ask('/render', form(`target=${encodeURIComponent(target)}&${rest}`));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  return await bodyOf<readonly Drawn[]>(answer);
};

describe('Grafana', () => {
  test('sees that the data source works, which version it has and what functions', async () => {
    expect(await draw('constantLine(100)')).toMatchObject([{ target: '100' }]);
    expect(await bodyOf<Entry[]>(await ask('/metrics/find?query=*'))).toHaveLength(2);
    expect(await bodyOf(await ask('/version'))).toMatch(/^\d+\.\d+\.\d+$/);
    const functions = await bodyOf<Record<string, { group: string; params: { name: string; type: string }[] }>>(
      await ask('/functions'),
    );
    // What the editor needs to offer a function and its parameters.
    for (const [name, { group, params }] of Object.entries(functions)) {
      expect([name, typeof group, Array.isArray(params)]).toEqual([name, 'string', true]);
      for (const param of params) expect(param).toMatchObject({ name: expect.any(String), type: expect.any(String) });
    }
  });

  test('offers names step by step, by both of its methods', async () => {
    const byPost = await ask(`/metrics/find?${HOUR}`, form('query=one.*'));
    const byGet = await ask(`/metrics/find?query=one.*&${HOUR}`);
    const entries = await bodyOf<Entry[]>(byPost);
    expect(entries.map(({ text, expandable }) => [text, Boolean(expandable)])).toEqual([
      ['cpu', true],
      ['cpu', false],
    ]);
    expect(await bodyOf(byGet)).toEqual(entries);
    expect(await bodyOf(await ask(`/metrics/expand?query=one.*.user&${HOUR}`))).toEqual({ results: ['one.cpu.user'] });
  });

  test('draws a panel, with a query in another and with times in seconds', async () => {
    const [drawn] = await draw("alias(sumSeries(one.cpu.user), 'sum')");
    expect(drawn?.target).toBe('sum');
    expect(drawn?.datapoints.length).toBeLessThanOrEqual(300);
    const exact = await draw('*.cpu.user', 'from=1699999900&until=1700000000&format=json&maxDataPoints=1920');
    expect(exact.map(({ target }) => target)).toEqual(['one.cpu.user', 'two.cpu.user']);
    expect(exact[0]?.datapoints.at(-1)?.[1]).toBe(1_700_000_000);
    expect(await draw('nobody.knows.this')).toEqual([]);
  });

  test('completes tags, for the editor and for variables', async () => {
    const tags = async (rest: string) => bodyOf(await ask(`/tags/autoComplete/${rest}`));
    const limits = `limit=10000&${HOUR}`;
    expect(await tags(`tags?tagPrefix=a&${limits}`)).toEqual(['az']);
    expect(await tags(`tags?expr=name%3Dreqs&expr=env%3Dprod&${limits}`)).toEqual(['az']);
    expect(await tags(`values?expr=name%3Dreqs&tag=env&${limits}`)).toEqual(['prod', 'test']);
    expect(await tags(`values?expr=name%3Dreqs&tag=env&valuePrefix=p&${limits}`)).toEqual(['prod']);
    expect(await draw("seriesByTag('name=reqs', 'env=prod')")).toMatchObject([{ target: 'reqs;az=1;env=prod' }]);
  });

  test('marks what happened', async () => {
    const api = fakeApi();
    await api('/events/', post({ what: 'deployed', tags: 'web', data: 'v2' }));
    const marked = await bodyOf<unknown[]>(await api('/events/get_data?from=-6h&until=now&tags=web'));
    expect(marked).toEqual([{ id: 1, what: 'deployed', when: 1_700_000_000, tags: ['web'], data: 'v2' }]);
  });
});
