import { expect, test } from 'vitest';
import { handlerFamilies } from '../../src/agent/handler-families.ts';
import { exposition } from '../../src/http/exposition.ts';
import type { HandlerRecord } from '../../src/model/handler.ts';

const MAIL: HandlerRecord = {
  ...{
    id: 'mail',
    type: 'mail',
    state: 'error',
    error: 'refused',
    remark: '',
    pending: 2,
    dead: 1,
    sent: 5,
    failed: 3,
  },
  ...{ dropped: 0, lastSuccess: 1_700_000_000_500, lastFailure: null, lastSeconds: 0.25, isHeldBack: false },
};

test('how handlers fare is a sound page for Prometheus', () => {
  const page = exposition(handlerFamilies([MAIL, { ...MAIL, id: 'slack', state: 'ok', lastSuccess: null }]));
  const lines = page.split('\n').filter((line) => line.includes('"mail"') || line.includes('slack"} 1'));
  expect(lines).toEqual([
    'opsbro_handler_queue{handler="mail"} 2',
    'opsbro_handler_up{handler="mail"} 0',
    'opsbro_handler_up{handler="slack"} 1',
    'opsbro_handler_sent_total{handler="mail",result="sent"} 5',
    'opsbro_handler_sent_total{handler="mail",result="failed"} 3',
    'opsbro_handler_sent_total{handler="mail",result="dropped"} 0',
    'opsbro_handler_sent_total{handler="mail",result="dead"} 1',
    'opsbro_handler_seconds{handler="mail"} 0.25',
    'opsbro_handler_last_success_timestamp{handler="mail"} 1700000000.5',
  ]);
});
