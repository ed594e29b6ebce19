import { expect, test } from 'vitest';
import { alertRecord } from '../../src/model/alert-record.ts';
import { ALERT } from '../support/alert.ts';
import { fakeAgent, opsbro } from '../support/cli.ts';

const acked = { by: 'ann', comment: 'on it', at: 1_700_000_000_000, until: null, sticky: false };
const RECORD = alertRecord({
  ...ALERT,
  acked,
  silenced: ['s1'],
  notified: new Map([['mail', { state: 'sent', at: 1_700_000_001_000, count: 1 }]]),
});
const TABLE =
  'SINCE                NODE  WHAT                STATE                                SENT TO  ACKED BY  ID\n' +
  '2023-11-14 22:13:20  db-1  linux/load-average  CRITICAL (acknowledged) (silenced)  mail     ann       be2b3141e696fa34-1700000000\n';

test('alerts list shows who was told of what, and who knows of it', async () => {
  await using agent = await fakeAgent({
    'GET /monitoring/alerts': [RECORD],
    'GET /monitoring/alerts?all=true': [],
  });
  const { out, code } = await opsbro('alerts list --utc', agent);
  expect([out.replace(/ {2,}/g, '  '), code]).toEqual([TABLE.replace(/ {2,}/g, '  '), 0]);
  expect(await opsbro('alerts list --all', agent)).toMatchObject({ code: 0, err: 'no alerts\n' });
  expect(JSON.parse((await opsbro('alerts list --json', agent)).out)).toEqual([RECORD]);
});

test('alerts show tells all there is to know', async () => {
  await using agent = await fakeAgent({ 'GET /monitoring/alerts/linux/load-average': RECORD });
  const { out } = await opsbro('alerts show linux/load-average --utc', agent);
  for (const line of [
    ' - what: check linux/load-average',
    ' - node: db-1 (10.0.0.1, zone lan)',
    ' - output: CRITICAL: load is at 9',
    ' - acknowledged: by ann at 2023-11-14 22:13:20: on it',
    ' - silenced by: s1',
    ' - mail: sent at 2023-11-14 22:13:21 (1)',
  ])
    expect(out.split('\n')).toContain(line);
});

test('alerts route shows who would be told, and why others would not', async () => {
  const found = {
    ref: 'linux/disks',
    severity: 'warning',
    routes: [{ number: 1, taken: false, why: 'its group is not mysql' }],
    handlers: [
      { name: 'mail', told: true, after: 2, why: '' },
      { name: 'slack', told: false, after: 0, why: 'no route leads to it' },
    ],
  };
  await using agent = await fakeAgent({ 'GET /monitoring/route?check=linux%2Fdisks&severity=warning': found });
  expect(await opsbro('alerts route linux/disks --severity WARNING', agent)).toEqual({
    code: 0,
    out:
      'linux/disks WARNING\n - route 1: not taken, its group is not mysql\n' +
      'HANDLER  TOLD  AFTER  WHY\nmail     yes      2s\nslack    no           no route leads to it\n',
    err: '',
  });
  expect(await opsbro('alerts route linux/disks --severity bad', agent)).toMatchObject({ code: 2 });
});

test('check ack and unack name a check or an alert', async () => {
  await using agent = await fakeAgent({
    'POST /monitoring/checks/linux/disks/ack': RECORD,
    'DELETE /monitoring/checks/linux/disks/ack': RECORD,
    'POST /monitoring/alerts/be2b3141e696fa34-1700000000/ack': RECORD,
  });
  const line = 'linux/disks on db-1 is acknowledged\n';
  expect(await opsbro('check ack linux/disks --comment ok --until 2h --sticky --node db-1', agent)).toMatchObject({
    code: 0,
    out: line,
  });
  expect(await opsbro('check ack be2b3141e696fa34-1700000000', agent)).toMatchObject({ code: 0 });
  expect(await opsbro('check unack linux/disks', agent)).toMatchObject({
    out: 'linux/disks on db-1 is not acknowledged any more\n',
  });
  expect(await opsbro('check ack linux/disks --until soon', agent)).toMatchObject({ code: 2 });
});

const TIMES = { starts: 1_700_000_000, ends: 1_700_003_600, comment: 'new disk', by: 'ann', state: 'active' };
const TAKEN = { replicated: false, nodes: 2, missed: ['three'] };
const SILENCE = { id: 's1', ...TIMES, matchers: { check: ['linux/*'] }, if: '', mute_recovery: false, fits: 0 };

test('silences are added, listed and removed', async () => {
  await using agent = await fakeAgent({
    'POST /monitoring/silences': { ...SILENCE, ...TAKEN },
    'GET /monitoring/silences': [SILENCE],
    'DELETE /monitoring/silences/s1': { ...SILENCE, ...TAKEN },
  });
  expect((await opsbro('silence add --check linux/* --label team=db --for 1h --utc', agent)).out).toBe(
    'silence s1: 2023-11-14 22:13:20 to 2023-11-14 23:13:20; 2 nodes know of it, not yet three\n' +
      ' - it fits no open alert of this node\n',
  );
  expect((await opsbro('silence list --utc', agent)).out).toContain('nothing  ann  check=linux/*  new disk');
  expect((await opsbro('silence remove s1 --utc', agent)).out).toContain('silence s1 is over');
  for (const wrong of ['--check x', '--check x --for soon', '--label team --for 1h'])
    expect(await opsbro(`silence add ${wrong}`, agent)).toMatchObject({ code: 2 });
});

const WINDOW = { id: 'm1', ...TIMES, node: 'one', group: null, zone: null, drain: true };

test('maintenance is started, listed and stopped', async () => {
  await using agent = await fakeAgent({
    'POST /monitoring/maintenance': { ...WINDOW, ...TAKEN, missed: [] },
    'GET /monitoring/maintenance': [WINDOW, { ...WINDOW, id: 'm2', node: null, zone: 'lan' }],
    'GET /agent/members/self': { uuid: '1', name: 'one' },
    'DELETE /monitoring/maintenance/m1': { ...WINDOW, ...TAKEN },
  });
  expect((await opsbro('maintenance start --for 1h --utc', agent)).out).toBe(
    'maintenance m1 of node one: 2023-11-14 22:13:20 to 2023-11-14 23:13:20; 2 nodes know of it\n',
  );
  expect((await opsbro('maintenance list', agent)).out).toMatch(/node one +yes +ann +new disk\n.*zone lan/);
  expect((await opsbro('maintenance stop', agent)).out).toContain('maintenance m1 of node one is over');
  expect(await opsbro('maintenance start one --zone lan --for 1h', agent)).toMatchObject({ code: 2 });
});

test('nodes in maintenance offer no services, unless that is said', async () => {
  await using agent = await fakeAgent({ 'POST /monitoring/maintenance': { ...WINDOW, ...TAKEN, missed: [] } });
  await opsbro('maintenance start --for 1h', agent);
  await opsbro('maintenance start --for 1h --no-drain', agent);
  const drains = agent.asked().map((asked) => JSON.parse(asked.replace(/^[^{]*/, '')).drain);
  expect(drains).toEqual([true, false]);
});

const HANDLER = {
  ...{
    name: 'mail',
    type: 'mail',
    state: 'error',
    error: 'refused',
    remark: '',
    pending: 1,
    dead: 0,
    sent: 5,
    failed: 2,
  },
  ...{ dropped: 0, last_success: null, last_error: 1_700_000_000, seconds: 0.2, rate_limited: false },
};

test('handlers are listed, tried and asked to try again', async () => {
  const tested = { name: 'mail', delivered: true, answer: '250 ok', ms: 12.4 };
  await using agent = await fakeAgent({
    'GET /agent/handlers': [HANDLER],
    'GET /agent/handlers/queue': [],
    'POST /agent/handlers/queue/retry': { messages: 3 },
    'POST /agent/handlers/mail/test': tested,
    'POST /agent/handlers/slack/test': { ...tested, name: 'slack', delivered: false, answer: 'invalid_auth' },
  });
  expect((await opsbro('handlers list', agent)).out).toMatch(/mail +mail +error +1 +0 +5 +2 +never +refused/);
  expect(await opsbro('handlers queue', agent)).toMatchObject({ err: 'nothing waits\n' });
  expect((await opsbro('handlers retry', agent)).out).toBe('messages that are tried now: 3\n');
  expect(await opsbro('handlers test mail', agent)).toMatchObject({
    code: 0,
    out: 'mail took the test message after 12 ms: 250 ok\n',
  });
  expect(await opsbro('handlers test slack', agent)).toMatchObject({
    code: 2,
    out: 'slack did not take the test message: invalid_auth\n',
  });
});
