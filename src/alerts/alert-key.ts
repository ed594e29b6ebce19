/** Turns what happens to this node into alerts, and alerts into messages that each reach their handlers once. */
import { createHash } from 'node:crypto';
import type { AlertKind } from '../model/alert.ts';

/** The key of every problem of one thing: of the check `linux/disks` of a node, say. */
export const alertKey = (kind: AlertKind, nodeId: string, name: string): string =>
  createHash('sha1').update(`${kind}\n${nodeId}\n${name}`).digest('hex').slice(0, 16);

/** The id of one problem: after what tells it from others of its key, or after the second (epoch milliseconds) in which it began. */
export const incidentId = (key: string, startedMs: number, incident?: string): string =>
  `${key}-${incident ?? Math.floor(startedMs / 1_000)}`;
