import { expect, test } from 'vitest';
import { idOf, type Sent, Zone } from './zone.ts';

const told = (sent: readonly Sent[]) => sent.map(({ by, about, state }) => `${by}: ${about} ${state}`);

test('one of five dies: one message in all, from who is responsible, some seconds after the grace; one more when it is back', async () => {
  const zone = await Zone.of(5);
  zone.kill(1);
  await zone.run(300);
  expect(told(zone.sent)).toEqual(['2: node-1 dead']);
  expect(zone.sent[0]?.at).toBeGreaterThan(30_000);
  expect(zone.sent[0]?.at).toBeLessThan(45_000);
  await zone.start(1);
  await zone.run(300);
  expect(told(zone.sent).slice(1)).toEqual(['2: node-1 alive']);
});

test('a node that is back within the grace is no news', async () => {
  const zone = await Zone.of(5);
  zone.kill(3);
  await zone.run(20);
  await zone.start(3);
  await zone.run(300);
  expect(zone.sent).toEqual([]);
});

test('a node that comes back for a moment is still dead', async () => {
  const zone = await Zone.of(5);
  zone.kill(1);
  await zone.run(60);
  await zone.start(1);
  await zone.run(5);
  zone.kill(1);
  await zone.run(300);
  expect(told(zone.sent)).toEqual(['2: node-1 dead']);
});

test('who is responsible and has nobody to tell is passed over', async () => {
  const zone = await Zone.of(5);
  zone.setTakes(2, false);
  zone.kill(1);
  await zone.run(300);
  expect(told(zone.sent)).toEqual(['5: node-1 dead']);
});

test('a backup acts when the responsible node dies with its claim', async () => {
  const zone = await Zone.of(5);
  zone.node(2).handler = 'hangs';
  zone.kill(1);
  await zone.run(36.5);
  expect(zone.node(2).notices.size).toBe(1);
  zone.kill(2);
  await zone.run(60);
  expect(told(zone.sent).filter((line) => line.includes('node-1'))).toEqual(['5: node-1 dead']);
  await zone.run(300);
  expect(told(zone.sent)).toEqual(
    ['5: node-1 dead', '1: node-2 dead'].map((line) => line.replace('1: node-2', `${zone.sent[1]?.by}: node-2`)),
  );
});

test('a node that dies long after its claim, with nothing sent, is replaced by one other', async () => {
  const zone = await Zone.of(5);
  zone.node(2).handler = 'muted';
  zone.kill(1);
  await zone.run(200);
  zone.kill(2);
  await zone.run(120);
  expect(told(zone.sent).filter((line) => line.includes('node-1'))).toEqual(['5: node-1 dead']);
});

test('a backup acts when nothing comes of the claim of the responsible node', async () => {
  const zone = await Zone.of(5);
  zone.node(2).handler = 'hangs';
  zone.kill(1);
  await zone.run(300);
  expect(told(zone.sent)).toEqual(['5: node-1 dead']);
  expect(zone.sent[0]?.at).toBeLessThan(35_000 + 65_000 + 5_000);
});

test('nobody acts in place of a node that keeps quiet on purpose', async () => {
  const zone = await Zone.of(5);
  for (const digit of [2, 3, 4, 5]) zone.node(digit).handler = 'muted';
  zone.kill(1);
  await zone.run(900);
  expect(zone.problems.map(({ node, state }) => `${node?.name} ${state}`)).toEqual(['node-1 dead']);
});

test('the end is told by the first candidate when who told of the death is dead itself', async () => {
  const zone = await Zone.of(5);
  zone.kill(1);
  await zone.run(60);
  zone.kill(2);
  await zone.run(120);
  await zone.start(1);
  await zone.run(60);
  const ends = zone.problems.filter(({ state, node }) => state === 'alive' && node?.name === 'node-1');
  expect(ends.map(({ toldElsewhere }) => toldElsewhere)).toEqual([['mail']]);
  expect(told(zone.sent).filter((line) => line.endsWith('node-1 alive'))).toEqual(['5: node-1 alive']);
});

test('a node that told of a death and was started again tells of its end', async () => {
  const zone = await Zone.of(5);
  zone.kill(1);
  await zone.run(60);
  zone.kill(2);
  await zone.run(10);
  await zone.start(2);
  await zone.run(60);
  await zone.start(1);
  await zone.run(60);
  const ends = zone.problems
    .filter(({ state }) => state === 'alive')
    .map(({ node, incident }) => `${node?.name} ${incident}`);
  expect(ends).toEqual(['node-1 1']);
});

test('a rolling restart of all is no news', async () => {
  const zone = await Zone.of(5);
  for (const digit of [1, 2, 3, 4, 5]) {
    zone.kill(digit);
    await zone.run(3);
    await zone.start(digit);
    await zone.run(15);
  }
  await zone.run(300);
  expect(zone.problems).toEqual([]);
});

test('a node that leaves is no news, and one that leaves after its death is not told of any more', async () => {
  const zone = await Zone.of(5);
  zone.leave(1);
  await zone.run(120);
  expect(zone.problems).toEqual([]);
  zone.kill(3);
  await zone.run(120);
  zone.leave(3);
  await zone.run(60);
  expect(zone.problems.map(({ state, isClosed }) => [state, isClosed])).toEqual([
    ['dead', undefined],
    ['left', true],
  ]);
});

test('the larger side of a cut tells of each node, the smaller one of what it does not see; the ends once each', async () => {
  const zone = await Zone.of(5);
  zone.cut([1, 2, 3], [4, 5]);
  await zone.run(120);
  const lines = told(zone.sent)
    .map((line) => line.slice(3))
    .sort();
  expect(lines).toEqual(
    [
      'node-4 dead',
      'node-4 sees 2 of 5 nodes of zone internet; not seen: node-1, node-2, node-3 partitioned',
      'node-5 dead',
    ].map((line) =>
      line.replace('node-4 sees', lines.some((each) => each.startsWith('node-4 sees')) ? 'node-4 sees' : 'node-5 sees'),
    ),
  );
  zone.sent.length = 0;
  zone.heal();
  await zone.run(120);
  expect(
    told(zone.sent)
      .map((line) =>
        line
          .split(' ')
          .slice(1)
          .join(' ')
          .replace(/node-[45] sees/, 'sees'),
      )
      .sort(),
  ).toEqual(['node-4 alive', 'node-5 alive', 'sees most nodes of zone internet again whole']);
});

test('who hears nobody tells of nobody', async () => {
  const zone = await Zone.of(5);
  zone.cut([1], [2, 3, 4, 5]);
  zone.isolate(1, true);
  await zone.run(120);
  expect(told(zone.sent)).toEqual(['2: node-1 dead']);
  zone.heal();
  await zone.run(6);
  zone.isolate(1, false);
  await zone.run(120);
  expect(told(zone.sent)).toEqual(['2: node-1 dead', '2: node-1 alive']);
});

test('plain Serf agents are told of unless that is switched off', async () => {
  for (const areTold of [true, false]) {
    const zone = await Zone.of(3, { 3: { kind: 'serf', takesNodeAlerts: false } });
    zone.areSerfNodesTold = areTold;
    zone.kill(3);
    await zone.run(120);
    expect(zone.sent.length).toBe(areTold ? 1 : 0);
  }
});

test('a return that does not count yet is no return', async () => {
  const zone = await Zone.of(3);
  zone.kill(1);
  await zone.run(60);
  for (const by of [2, 3]) zone.show(by, 1, { state: 'alive', settled: 'dead', flapping: true, incarnation: 2 });
  await zone.run(60);
  for (const by of [2, 3]) zone.show(by, 1, { state: 'dead', settled: 'dead', flapping: true, incarnation: 3 });
  await zone.run(120);
  expect(zone.sent.map(({ state }) => state)).toEqual(['dead']);
});

test('nodes of other zones are none of our business', async () => {
  const zone = await Zone.of(3, { 3: { zone: 'below' } });
  zone.kill(3);
  await zone.run(120);
  expect(zone.problems).toEqual([]);
});

test('ids are those of the table', () => {
  expect(idOf(1)).toBe('11111111-1111-4111-8111-111111111111');
});
