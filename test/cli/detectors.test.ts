import { expect, test } from 'vitest';
import { Answered, fakeAgent, opsbro } from '../support/cli.ts';

test('detectors run tells what came and went, and why a rule gave nothing', async () => {
  const trial = {
    groups: ['db', 'kv'],
    new_groups: ['db'],
    lost_groups: [],
    logs: { 'x/y': 'unknown: it is missing' },
  };
  await using agent = await fakeAgent({
    'POST /agent/detectors/run': trial,
    'POST /agent/detectors/run/x/y?dry=true': { ...trial, new_groups: [], lost_groups: ['web'] },
  });
  expect(await opsbro('detectors run', agent)).toMatchObject({
    code: 0,
    out: 'Groups:      db, kv\nNew groups:  db\nLost groups:\n',
    err: '   | x/y: unknown: it is missing\n',
  });
  expect((await opsbro('detectors run x/y --dry-run', agent)).out).toContain('Lost groups: web');
});

test('detectors history shows all pages', async () => {
  const entries = [{ type: 'add', group: 'db', from: ['mysql/mysql'] }];
  await using agent = await fakeAgent({
    'GET /history/groups?': new Answered(200, [{ date: 0, entries }], { 'x-opsbro-next': '1' }),
    'GET /history/groups': new Answered(200, [{ date: 0, entries }], { 'x-opsbro-next': '1' }),
    'GET /history/groups?after=1': [{ date: 60, entries: [{ type: 'remove', group: 'db', from: [] }] }],
  });
  expect((await opsbro('detectors history', agent)).out).toMatch(
    /^\S+ \S+\n {2}\+ db {2}mysql\/mysql\n\S+ \S+\n {2}- db\n$/,
  );
});

test('detectors wait-group waits for a group, or for its end', async () => {
  let reads = 0;
  await using agent = await fakeAgent({
    'GET /agent/members/self': () => {
      reads += 1;
      return new Answered(200, { groups: reads > 1 ? ['db'] : [] }, { 'x-opsbro-index': '1', 'x-opsbro-boot': 'b' });
    },
  });
  expect(await opsbro('detectors wait-group db', agent)).toMatchObject({
    code: 0,
    out: 'db is a group of this node\n',
  });
  expect(await opsbro('detectors wait-group db --gone --timeout 0', agent)).toMatchObject({
    code: 2,
    err: 'db is still a group of this node after 0 seconds (currently present)\n',
  });
});
