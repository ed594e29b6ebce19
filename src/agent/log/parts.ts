/** The parts of an agent that have a log file of their own. */
export const LOG_PARTS = [
  'daemon',
  'gossip',
  'peer',
  'kv',
  'dns',
  'http',
  'websocket',
  'statsd',
  'graphite',
  'ts',
  'collectors',
  'detectors',
  'checks',
  'handlers',
  'mob',
  'openstack',
] as const;

/** Where those write whose lines are too few for a file of their own, or are better read beside others. */
const WRITTEN_WITH: ReadonlyMap<string, string> = new Map([
  ...['config', 'bus', 'state', 'runtime', 'shinken', 'parts', 'self'].map((part) => [part, 'daemon'] as const),
  ['alerts', 'handlers'],
  ['health', 'mob'],
  ['metrics', 'ts'],
  ['store', 'ts'],
  ['forward', 'graphite'],
  ['prometheus', 'ts'],
]);

/** The part in whose file the lines of `origin` stand. */
export const partOf = (origin: string): string => WRITTEN_WITH.get(origin) ?? origin;
