import type { Api } from '../http/api.ts';
import type { Colour } from './colour.ts';
import type { Terminal } from './terminal.ts';

export type Collector = Api['GET /collectors/:name']['answer'];

const COLOURS: ReadonlyMap<string, Colour> = new Map([
  ['ok', 'green'],
  ['error', 'red'],
]);

/** The colour of a state of a collector. */
export const collectorColour = (state: string): Colour => COLOURS.get(state) ?? 'grey';

/** The state of a collector for people; results that are too old are marked. */
export function collectorState({ state, stale }: Pick<Collector, 'state' | 'stale'>): string {
  return stale ? `${state} (stale)` : state;
}

/** The sign between an old and a new state. */
export const arrow = (terminal: Terminal): string => (terminal.unicode ? '→' : '->');
