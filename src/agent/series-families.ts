import type { Family } from '../http/exposition.ts';
import type { SeriesStats } from '../model/series.ts';

/** What the store of series counts of itself, for `/metrics`. */
export function seriesFamilies(stats: SeriesStats): Family[] {
  const one = (type: Family['type'], name: string, help: string, value: number): Family => ({
    name,
    help,
    type,
    samples: [{ value }],
  });
  return [
    one('gauge', 'opsbro_series', 'Time series this node keeps.', stats.series),
    one('counter', 'opsbro_store_points_total', 'Points that were taken in.', stats.points),
    one('gauge', 'opsbro_store_waiting_points', 'Points that are in no block yet.', stats.waiting),
    one('gauge', 'opsbro_store_bytes', 'Bytes of the blocks of points.', stats.bytes),
    one('counter', 'opsbro_store_blocks_bad_total', 'Blocks of points that could not be read.', stats.badBlocks),
    {
      name: 'opsbro_store_refused_total',
      help: 'Points that were not taken, by reason.',
      type: 'counter',
      samples: Array.from(stats.refused, ([reason, value]) => ({ labels: { reason }, value })),
    },
  ];
}
