import { z } from 'zod';
import * as field from '../fields.ts';
import { groupTest, remarks } from './common-fields.ts';
import type { ObjectKind } from './kind.ts';

const count = () =>
  z
    .union([z.int().min(0).max(100_000), z.string().regex(/^(?:100|\d{1,2})%$/)])
    .meta({ expected: 'a number such as 2, or a share such as "50%"' });

/** A service as the whole zone offers it, judged by how many of its nodes do. */
export const ZONE_SERVICE: ObjectKind = {
  schema: z.object({
    service: field.text().describe('The name of the service on the nodes.'),
    at_least_ok: count().describe('With fewer nodes that offer it well it is critical; a share is one of those known.'),
    warning_below: count().optional().describe('With fewer than this it is a warning.'),
    name: field.text().optional().describe('Name to show; that of the service when left out.'),
    if_group: groupTest().optional().describe('Nodes that may judge it; all of them when left out.'),
    ...remarks('zone service'),
  }),
};
