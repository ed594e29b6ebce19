import type { StreamChannel } from './channels.ts';

/** A record as expressions see it: by the names of its fields. */
export type FilterRecord = Readonly<Record<string, unknown>>;

/** Makes a test of records out of an expression in which fields stand as bare names. Throws `expression`. */
export type MakeFilter = (text: string, fields: readonly string[]) => (record: FilterRecord) => boolean;

/** Fields of what is told, beside those of members and of alerts. */
const FIELDS = [
  ...['channel', 'type', 'zone', 'node', 'name', 'display_name', 'state', 'state_id', 'old_state', 'hard', 'output'],
  ...['last_check', 'flapping', 'suppressed_by', 'add', 'remove', 'id', 'from', 'payload', 'ltime', 'action'],
  ...[
    'service',
    'health',
    'log',
    'op',
    'key',
    'version',
    'time',
    'expires',
    'event',
    'check',
    'who',
    'reason',
    'fixed',
  ],
] as const;

/** All that a filter may name. */
export const filterFields = (...more: readonly (readonly string[])[]): readonly string[] => [
  ...new Set([...FIELDS, ...more.flat()]),
];

/**
 * What a filter sees of something that is told: its payload, of an alert the alert itself, with the name of its channel and the zone of the
 * node that it is about.
 */
export function filterRecord(
  channel: StreamChannel,
  payload: object,
  zoneOf: (node: string | undefined) => string,
): FilterRecord {
  const { node, alert, ...rest }: { node?: unknown; alert?: object } = payload as object;
  const about = alert === undefined ? { ...rest, ...(node !== undefined && { node }) } : { ...alert, ...rest };
  const zone = 'node' in about ? zoneOfNode(about.node, zoneOf) : zoneOf(undefined);
  return { channel, zone, ...about };
}

function zoneOfNode(node: unknown, zoneOf: (node: string | undefined) => string): string {
  if (typeof node === 'object' && node !== null && 'zone' in node) return String(node.zone);
  return zoneOf(typeof node === 'string' ? node : undefined);
}
