import { z } from 'zod';
import { ALERT_KINDS } from '../../model/alert.ts';
import * as field from '../fields.ts';
import { groupTest, severities } from './common-fields.ts';
import type { ObjectKind } from './kind.ts';

const events = () =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((written) => [written].flat())
    .pipe(z.array(z.enum(ALERT_KINDS)))
    .meta({ expected: `a list of ${ALERT_KINDS.join(', ')}` });

/** A way to tell people. Keys that are not fields are options of its kind. */
export const HANDLER: ObjectKind = {
  schema: z.object({
    type: field
      .text()
      .describe('The kind of handler, such as mail or slack; its further fields are those of that kind.'),
    id: field.text().optional().describe('The name checks use in handlers; the type when left out.'),
    severities: severities().optional().describe('New states that are told; all four when left out.'),
    enabled: field.flag().optional().describe('false: nothing is told.'),
    enabled_if_group: groupTest().optional().describe('Groups of this node with which it tells.'),
    events: events().optional().describe('Kinds of alerts that are told; all of them when left out.'),
    if_group: groupTest().optional().describe('Only alerts of nodes in these groups are told.'),
    rate: field
      .textLike(/^\d{1,6}\/[smh]$/, 'a number of messages per s, m or h, such as 30/m')
      .optional()
      .describe('Messages it may send; further ones are put together. 30/m when left out.'),
    timeout: field.duration(1).optional().describe('Time an attempt may take; 30s when left out.'),
    retry_for: field.duration().optional().describe('How long a message is tried again; 24h when left out.'),
    send_resolved: field.flag().optional().describe('false: that a problem is over is not told.'),
    notify_ack: field.flag().optional().describe('Tell when somebody acknowledges a problem.'),
  }),
};
