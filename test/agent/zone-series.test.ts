import { expect, onTestFinished, test } from 'vitest';
import { type OwnSeries, seriesRoutes, seriesView } from '../../src/agent/zone-series.ts';
import { OpsbroError } from '../../src/base/errors.ts';
import { AnnotationLog } from '../../src/metrics/annotation-log.ts';
import type { Member } from '../../src/model/member.ts';
import type { PeerCall } from '../../src/peer/route.ts';
import { SimulatedClock } from '../support/clock.ts';
import { START, storeIn } from '../support/metric-store.ts';
import { member } from '../support/nodes.ts';
import { memoryShelf } from '../support/shelf.ts';
import { tempDirectory } from '../support/temp.ts';

const address = (name: string) => `10.0.0.${name.charCodeAt(0) - 96}`;
const node = (name: string): Member =>
  member(`id-${name}`, { name, zone: 'internet', address: address(name), tags: new Map([['pp', '6767']]) });

/** Nodes that ask each other without a network. */
async function zoneOf(points: Readonly<Record<string, readonly (readonly [string, number])[]>>) {
  const names = Object.keys(points);
  const owns = new Map<string, OwnSeries>();
  const down = new Set<string>();
  const asked: string[] = [];
  for (const [name, series] of Object.entries(points)) {
    const folder = tempDirectory();
    const { store, close } = await storeIn(folder.path);
    onTestFinished(async () => {
      await close();
      folder[Symbol.dispose]();
    });
    for (const [path, value] of series) store.add({ name: path, value, time: START - 30 });
    const annotations = await AnnotationLog.open(memoryShelf(), new SimulatedClock(START * 1_000));
    annotations.add({ what: `hello of ${name}`, tags: [name] });
    owns.set(name, { store, annotations });
  }
  const membership = (self: string) => ({
    self: node(self),
    members: new Map(names.map((name) => [`id-${name}`, node(name)] as const)),
  });
  const own = (name: string): OwnSeries => {
    const found = owns.get(name);
    if (!found) throw new Error(`no node ${name}`);
    return found;
  };
  const client = {
    async ask(to: { readonly address: string }, { path, body }: { readonly path: string; readonly body?: unknown }) {
      const name = names.find((each) => address(each) === to.address) ?? '';
      asked.push(`${name} ${path}`);
      if (down.has(name)) throw new OpsbroError('unreachable', 'it is down');
      const route = seriesRoutes({ own: own(name), membership: membership(name) }).find((each) =>
        path.endsWith(each.path),
      );
      const call = { peer: { zone: 'internet' }, json: () => JSON.parse(JSON.stringify(body)) } as PeerCall;
      const answer = await route?.handle(call);
      const bytes = answer instanceof Uint8Array ? Buffer.from(answer) : Buffer.from(JSON.stringify(answer));
      return { status: 200, body: bytes, json: () => answer };
    },
  };
  const view = (self: string, scope: Parameters<typeof seriesView>[0] = { kind: 'zone' }) =>
    seriesView(scope, { own: own(self), membership: membership(self), client });
  return { view, down, asked, own, membership };
}

const RANGE = { from: START - 40, until: START };

test('a node answers with the series of all nodes of the zone', async () => {
  const { view } = await zoneOf({
    a: [
      ['app.count', 1],
      ['only.a', 5],
      ['m;env=prod', 1],
    ],
    b: [
      ['app.count', 2],
      ['app.load', 7],
      ['m;env=test', 1],
    ],
    c: [['app.load', 9]],
  });
  const zone = view('a');
  const lists = await zone.fetch(
    [
      { kind: 'path', pattern: 'app.*' },
      { kind: 'path', pattern: 'only.*' },
      { kind: 'tags', expressions: ['env=~.'] },
    ],
    RANGE,
  );
  const shown = lists.map((list) => list.map(({ name, values }) => `${name} ${values[0]}`));
  // Counts are added, other values averaged, as their rules say.
  expect(shown).toEqual([['app.count 3', 'app.load 8'], ['only.a 5'], ['m;env=prod 1', 'm;env=test 1']]);
  expect(await zone.find('*')).toEqual(['app', 'only'].map((path) => ({ path, isLeaf: false })));
  expect(await zone.names()).toEqual(['app.count', 'app.load', 'm;env=prod', 'm;env=test', 'only.a']);
  expect(await zone.tagged(['env=test'])).toEqual(['m;env=test']);
  expect((await zone.tagValues('env')).get('env')).toEqual(
    new Map([
      ['prod', 1],
      ['test', 1],
    ]),
  );
  expect((await zone.annotations({ tags: ['b', 'c'] })).map(({ what }) => what)).toEqual(['hello of b', 'hello of c']);
  expect([...zone.missing]).toEqual([]);
});

test('who does not answer is named, and not asked again in the same request', async () => {
  const { view, down, asked } = await zoneOf({ a: [['x', 1]], b: [['y', 2]] });
  down.add('b');
  const zone = view('a');
  const [own] = await zone.fetch([{ kind: 'path', pattern: '*' }], RANGE);
  expect(own?.map(({ name }) => name)).toEqual(['x']);
  expect([...zone.missing]).toEqual(['b']);
  await zone.names();
  expect(asked).toEqual(['b /peer/v1/series/values']);
});

test('one node alone can be asked', async () => {
  const { view, asked } = await zoneOf({ a: [['x', 1]], b: [['y', 2]] });
  expect(await view('a', { kind: 'own' }).names()).toEqual(['x']);
  expect(await view('a', { kind: 'node', name: 'a' }).names()).toEqual(['x']);
  expect(asked).toEqual([]);
  expect(await view('a', { kind: 'node', name: 'b' }).names()).toEqual(['y']);
  expect(() => view('a', { kind: 'node', name: 'z' })).toThrow('no living node of this zone is named "z"');
});

test('series are dropped on all nodes of the zone, or on one', async () => {
  const { view } = await zoneOf({
    a: [
      ['x', 1],
      ['m', 1],
    ],
    b: [
      ['x', 2],
      ['y', 2],
    ],
  });
  expect(await view('a', { kind: 'own' }).remove(['m', 'y'])).toBe(1);
  expect(await view('a').remove(['x', 'nope'])).toBe(2);
  expect(await view('a').names()).toEqual(['y']);
});

test('other zones and wrong questions are refused', async () => {
  const { own, membership } = await zoneOf({ a: [] });
  const [values, names] = seriesRoutes({ own: own('a'), membership: membership('a') });
  const call = (zone: string, body: unknown) => ({ peer: { zone }, json: () => body }) as PeerCall;
  await expect(async () => values?.handle(call('dmz', {}))).rejects.toThrow(/same zone/);
  await expect(async () => values?.handle(call('internet', { selections: 1 }))).rejects.toThrow(/the question is none/);
  await expect(async () => names?.handle(call('internet', { ask: 'x' }))).rejects.toThrow(/the question is none/);
});
