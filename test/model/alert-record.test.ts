import { expect, test } from 'vitest';
import { ALERT_FIELDS, alertRecord } from '../../src/model/alert-record.ts';
import { ALERT } from '../support/alert.ts';

test('an alert as JSON has words with underscores and epoch seconds', () => {
  const record = alertRecord({
    ...ALERT,
    labels: new Map([['team', 'db']]),
    notified: new Map([['mail', { state: 'sent', at: 1_700_000_001_500, count: 2 }]]),
    acked: { by: 'ann', comment: 'on it', at: 1_700_000_002_000, until: null, sticky: false },
  });
  expect(JSON.parse(JSON.stringify(record))).toMatchObject({
    id: 'be2b3141e696fa34-1700000000',
    node: { uuid: ALERT.node.uuid, display_name: '', addr: '10.0.0.1', groups: ['linux', 'mysql'] },
    labels: { team: 'db' },
    state_id: 2,
    started: 1_700_000_000,
    resolved: null,
    notified: { mail: { state: 'sent', at: 1_700_000_001.5, count: 2 } },
    acked: { by: 'ann', comment: 'on it', at: 1_700_000_002, until: null, sticky: false },
  });
});

test('expressions over alerts know every field of the record', () => {
  expect([...ALERT_FIELDS].sort()).toEqual(Object.keys(alertRecord(ALERT)).sort());
});
