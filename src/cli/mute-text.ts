import type { Api } from '../http/api.ts';
import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

type Silence = Api['GET /monitoring/silences']['answer'][number];
type Maintenance = Api['GET /monitoring/maintenance']['answer'][number];

interface Taken {
  readonly starts: number;
  readonly ends: number;
  readonly nodes: number;
  readonly missed: readonly string[];
}

/** What became of a silence or maintenance window that was taken. */
export function mutedLine(what: string, { starts, ends, nodes, missed }: Taken, terminal: Terminal): string {
  const times = `${terminal.time(starts * 1_000)} to ${terminal.time(ends * 1_000)}`;
  const known = `${nodes} ${nodes === 1 ? 'node knows' : 'nodes know'} of it`;
  const others = missed.length === 0 ? '' : `, not yet ${escaped(missed.join(', '))}`;
  return `${what}: ${times}; ${known}${others}`;
}

/** What a silence is about, in one line. */
export function aboutOf({ matchers, if: condition }: Silence): string {
  const parts = Object.entries(matchers).map(([name, patterns]) => `${name}=${patterns.join(',')}`);
  return escaped([...parts, ...(condition === '' ? [] : [`if ${condition}`])].join(' '));
}

/** Whose maintenance it is, in one line. */
export function whoseOf({ node, group, zone }: Maintenance): string {
  if (group !== null) return escaped(`group ${group}`);
  return escaped(zone === null ? `node ${node ?? ''}` : `zone ${zone}`);
}
