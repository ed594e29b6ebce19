import type { Api } from '../http/api.ts';
import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

type Sample = Api['GET /openstack/samples']['answer'][number];

/** Samples as a table. */
export function printSamples(samples: readonly Sample[], terminal: Terminal): void {
  const columns = [
    { title: 'METER' },
    { title: 'TYPE' },
    { title: 'VOLUME', align: 'right' },
    { title: 'UNIT' },
    { title: 'TIME' },
    { title: 'RESOURCE' },
  ] as const;
  const rows = samples.map(({ name, type, volume, unit, timestamp, resource_id }) => [
    escaped(name),
    type,
    String(volume),
    escaped(unit),
    terminal.time(Date.parse(timestamp)),
    escaped(resource_id),
  ]);
  terminal.table(columns, rows, 'no samples');
}
