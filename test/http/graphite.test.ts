import { decode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { bodyOf, errorOf, fakeApi, fakeParts, post } from './fake-parts.ts';
import { fakeRender } from './fake-render.ts';

const ask = fakeApi();
const form = (fields: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: fields,
});

test('a chart is asked for by GET or by POST, also below /graphite and with a slash at the end', async () => {
  const query = 'target=one.cpu.user&from=-30s&format=json';
  const expected = [
    {
      target: 'one.cpu.user',
      tags: { name: 'one.cpu.user' },
      datapoints: [
        [0, 1_699_999_980],
        [1, 1_699_999_990],
        [2, 1_700_000_000],
      ],
    },
  ];
  for (const path of ['/render', '/render/', '/graphite/render', '/graphite/render/']) {
    expect(await bodyOf(await ask(`${path}?${query}`))).toEqual(expected);
    expect(await bodyOf(await ask(path, form(query)))).toEqual(expected);
  }
  expect(await bodyOf(await ask('/render?from=-30s', form('target[]=one.cpu.user')))).toEqual(expected);
});

test('several targets are shown in their order, and an unknown path is nothing', async () => {
  const shown = async (query: string) =>
    (await bodyOf<{ target: string }[]>(await ask(`/render?${query}`))).map(({ target }) => target);
  expect(await shown('target=two.*.*&target=scale(one.cpu.*,2)&from=-1h')).toEqual([
    'two.cpu.user',
    'scale(one.cpu.system,2)',
    'scale(one.cpu.user,2)',
  ]);
  expect(await shown('target=nope.*')).toEqual([]);
  expect(await shown("target=seriesByTag('env=prod')")).toEqual(['reqs;az=1;env=prod']);
  expect(await shown('target=template(one.$what.user,what="x")&template[what]=cpu')).toEqual(['one.cpu.user']);
});

test('values are shown as CSV and raw as well', async () => {
  const csv = await ask('/render?target=one.cpu.user&from=-20s&format=csv&tz=Europe/Berlin');
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(await csv.text()).toBe('one.cpu.user,2023-11-14 23:13:10,0\r\none.cpu.user,2023-11-14 23:13:20,1\r\n');
  const raw = await ask('/render?target=derivative(one.cpu.user)&from=-20s&format=raw');
  expect(await raw.text()).toBe('derivative(one.cpu.user),1699999990,1700000010,10|None,1\n');
});

test('values are shown as msgpack for programs that read it', async () => {
  const packed = await ask('/render?target=derivative(one.cpu.user)&from=-20s&format=msgpack');
  expect(packed.headers.get('content-type')).toBe('application/x-msgpack');
  expect(decode(await packed.arrayBuffer())).toMatchObject([{ name: 'derivative(one.cpu.user)', values: [null, 1] }]);
});

test('values are shown as a picture', async () => {
  const svg = await ask('/render?target=one.cpu.user&from=-20s&format=svg&width=400&height=200');
  expect(svg.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
  expect(await svg.text()).toMatch(
    /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="400" height="200".*<\/svg>\n$/s,
  );
  expect((await ask('/render?target=one.cpu.user&format=svg&width=1')).status).toBe(400);
});

test('an answer is wrapped for scripts, or written with line breaks, when that is asked for', async () => {
  const wrapped = await ask('/metrics/expand?query=one.*&jsonp=show');
  expect(wrapped.headers.get('content-type')).toMatch('text/javascript');
  expect(await wrapped.text()).toBe('show({"results":["one.cpu"]})');
  expect(await (await ask('/metrics/expand?query=one.*&pretty=1')).text()).toContain('\n  "results"');
  expect((await ask('/metrics/expand?query=one.*&jsonp=a(b')).status).toBe(400);
});

test('at most as many values are shown as there is room for, in bands that do not move', async () => {
  const points = async (query: string) => {
    const [series] = await bodyOf<{ datapoints: [number, number][] }[]>(
      await ask(`/render?target=one.cpu.user&${query}`),
    );
    return series?.datapoints ?? [];
  };
  expect(await points('from=-1h&maxDataPoints=1')).toHaveLength(1);
  const first = await points('from=-1h&maxDataPoints=100');
  const later = await points('from=1699996410&until=1700000010&maxDataPoints=100');
  expect(first.length).toBeLessThanOrEqual(100);
  const times = new Set(first.map(([, time]) => time % 40));
  expect([...times, ...later.map(([, time]) => time % 40)].every((rest) => rest === 0)).toBe(true);
});

test.each([
  ['', /missing target/],
  ['target=', /missing target/],
  ['target=foo(a.b)', /unknown function: foo/],
  ['target=a.b&from=garbage', /"garbage" is no time/],
  ['target=a.b&from=now', /from must be before until/],
  ['target=a.b&format=pickle', /format not supported/],
  ['target=a.b&tz=Moon/Crater', /no time zone/],
  ['target=a.b&maxDataPoints=x', /maxDataPoints/],
  ['target=scale(a.b)', /scale: factor is missing/],
  ['target=scale(a.b,"x")', /scale: factor: expected a number/],
  ['target=scale(a.b,1,2)', /takes 2 arguments/],
  ['target=scale(a.b,more=2)', /no parameter "more"/],
  ['target=scale(a.b', /the target ends/],
  [`target=${'abs('.repeat(33)}a${')'.repeat(33)}`, /unknown function|nested deeper/],
  [`target=${'{a,b}'.repeat(20)}`, /stand for more than/],
  ["target=seriesByTag('env!=x')", /must ask for a value/],
  ["target=grep(one.cpu.*,'(')", /no regular expression/],
  ['target=percentileOfSeries(one.cpu.*,0)', /above 0/],
  ["target=summarize(one.cpu.user,'0s')", /more than 0 seconds/],
  ["target=summarize(one.cpu.user,'banana')", /no interval/],
])('a wrong question (%s) is answered with what is wrong', async (query, message) => {
  const answer = await ask(`/render?${query.replaceAll('+', '%2B')}`);
  expect(answer.status).toBe(400);
  expect((await errorOf(answer)).message).toMatch(message);
});

test('names are found step by step', async () => {
  const found = async (query: string) => bodyOf<unknown>(await ask(`/metrics/find?${query}`));
  const entry = (text: string, id: string, isLeaf: boolean) => ({
    ...{ text, id, leaf: Number(isLeaf), expandable: Number(!isLeaf), allowChildren: Number(!isLeaf), context: {} },
  });
  expect(await found('query=*')).toEqual([entry('one', 'one', false), entry('two', 'two', false)]);
  expect(await found('query=one.*')).toEqual([entry('cpu', 'one.cpu', false), entry('cpu', 'one.cpu', true)]);
  expect(await found('query=*.cpu.user')).toEqual([entry('user', '*.cpu.user', true)]);
  expect(await found('query=*&wildcards=1')).toHaveLength(3);
  expect(await found('query=one.c&format=completer')).toEqual({
    metrics: [
      { path: 'one.cpu.', name: 'cpu', is_leaf: '0' },
      { path: 'one.cpu', name: 'cpu', is_leaf: '1' },
    ],
  });
  expect(await found('query=*.cpu&format=nodelist&position=0')).toEqual({ nodes: ['one', 'two'] });
  expect(await found('query=one.*&format=json&leavesOnly=1')).toEqual([{ path: 'one.cpu', is_leaf: true }]);
  expect((await ask('/metrics/find')).status).toBe(400);
  expect((await ask('/metrics/find?query=a&format=x')).status).toBe(400);
});

test('paths are expanded, and all names listed', async () => {
  expect(await bodyOf(await ask('/metrics/expand?query=*.cpu.*'))).toEqual({
    results: ['one.cpu.system', 'one.cpu.user', 'two.cpu.user'],
  });
  expect(await bodyOf(await ask('/metrics/expand?query=one.*&query=two.*&groupByExpr=1'))).toEqual({
    results: { 'one.*': ['one.cpu'], 'two.*': ['two.cpu'] },
  });
  expect(await bodyOf<string[]>(await ask('/metrics/index.json'))).toHaveLength(6);
});

test('GET /metrics stays what Prometheus reads', async () => {
  expect(await (await ask('/metrics')).text()).toMatch(/^# HELP opsbro_/m);
});

test('tags are listed and completed', async () => {
  const answer = async (path: string) => bodyOf<unknown>(await ask(path));
  expect(await answer('/tags')).toEqual([{ tag: 'az' }, { tag: 'env' }, { tag: 'name' }]);
  expect(await answer('/tags?filter=e')).toEqual([{ tag: 'env' }]);
  expect(await answer('/tags/env')).toEqual({
    tag: 'env',
    values: [
      { value: 'prod', count: 1 },
      { value: 'test', count: 1 },
    ],
  });
  expect(await answer('/tags/autoComplete/tags?tagPrefix=e')).toEqual(['env']);
  expect(await answer('/tags/autoComplete/tags?expr=env=prod')).toEqual(['az', 'name']);
  expect(await answer('/tags/autoComplete/values?tag=env&expr=az=1')).toEqual(['prod']);
  expect(await answer('/tags/autoComplete/values?tag=env&valuePrefix=t')).toEqual(['test']);
  expect(await answer('/tags/findSeries?expr=name=reqs&expr[]=env!=prod')).toEqual(['reqs;az=2;env=test']);
  expect((await ask('/tags/findSeries')).status).toBe(400);
  expect((await ask('/tags/autoComplete/values')).status).toBe(400);
  expect(await bodyOf(await ask('/tags/tagSeries', form('path=m;b=2;a=1')))).toBe('m;a=1;b=2');
  expect(await bodyOf(await ask('/tags/tagMultiSeries', form('path=m;b=2;a=1&path=n')))).toEqual(['m;a=1;b=2', 'n']);
});

test('series are dropped by name by who may write', async () => {
  const render = fakeRender();
  const api = fakeApi(fakeParts({ render }));
  expect(await bodyOf(await api('/tags/delSeries', form('path=reqs;env=prod;az=1&path=one.cpu')))).toBe(true);
  expect(await bodyOf(await api('/graphite/tags/delSeries?path=two.cpu.user&local=1', { method: 'POST' }))).toBe(true);
  expect(render.removed).toEqual(['reqs;az=1;env=prod', 'one.cpu', 'two.cpu.user']);
  expect(render.scopes).toEqual(['zone', 'own']);
  expect((await api('/tags/delSeries', { method: 'POST' })).status).toBe(400);
  const stranger = { caller: { door: 'tcp', address: '127.0.0.1' } } as const;
  expect((await api('/tags/delSeries', form('path=one.cpu'), stranger)).status).toBe(401);
});

test('what happened is marked, and asked for', async () => {
  const api = fakeApi();
  expect(await bodyOf(await api('/events/', post({ what: 'deployed', tags: 'web eu', data: 'v2' })))).toEqual({
    id: 1,
  });
  expect(await bodyOf(await api('/events', post({ what: 'undone', tags: ['web'], when: 1_699_990_000 })))).toEqual({
    id: 2,
  });
  const wrong = await api('/events/', post({ what: 'x', tags: 5 }));
  expect(wrong.status).toBe(400);
  expect((await errorOf(wrong)).message).toContain('"tags" must be an array or space-separated string');
  expect(await bodyOf<unknown[]>(await api('/events/get_data'))).toHaveLength(2);
  expect(await bodyOf<unknown[]>(await api('/events/get_data?from=-1h'))).toEqual([
    { id: 1, what: 'deployed', when: 1_700_000_000, tags: ['web', 'eu'], data: 'v2' },
  ]);
  expect(await bodyOf(await api('/events/2'))).toMatchObject({ what: 'undone' });
  expect((await api('/events/9')).status).toBe(404);
  const stranger = { caller: { door: 'tcp', address: '127.0.0.1' } } as const;
  expect((await api('/events/', post({ what: 'x' }), stranger)).status).toBe(401);
});

test('the listed functions are those there are', async () => {
  const all = await bodyOf<Record<string, { name: string; params: { name: string }[] }>>(await ask('/functions'));
  expect(Object.keys(all).length).toBeGreaterThan(120);
  expect(all['scale']).toEqual({
    name: 'scale',
    function: 'scale(seriesList, factor)',
    description: 'Each value times a factor.',
    module: 'opsbro',
    group: 'Transform',
    params: [
      { name: 'seriesList', type: 'seriesList', required: true },
      { name: 'factor', type: 'float', required: true },
    ],
  });
  expect(await (await ask('/functions/keepLastValue')).text()).toContain('"default":1e9999');
  expect((await ask('/functions/nothing')).status).toBe(404);
  expect(Object.keys(await bodyOf<object>(await ask('/functions?grouped=1')))).toContain('Filter Series');
  expect(Object.keys(await bodyOf<object>(await ask('/functions?group=Sorting')))).toContain('sortByName');
  expect(await bodyOf(await ask('/version'))).toBe('1.1.10');
});

test('whose series are meant can be said, and who did not answer is named', async () => {
  const render = fakeRender({ missing: ['two', 'three'] });
  const api = fakeApi(fakeParts({ render }));
  const answer = await api('/render?target=one.cpu.user');
  expect(answer.headers.get('x-opsbro-missing')).toBe('three, two');
  await api('/render?target=one.cpu.user&local=1');
  await api('/metrics/find?query=*&node=two');
  expect(render.scopes).toEqual(['zone', 'own', 'two']);
});
