import type { Alert } from '../model/alert.ts';
import type { Case } from './case.ts';

/** What happened since people were told last, such as `was CRITICAL 10:00-10:20, now OK`; empty when only the present is news. */
export function happened({ alert, past }: Case, toldAt: number): string {
  const spans = past.map(({ state, since }, index) => ({
    state,
    since,
    until: past[index + 1]?.since ?? alert.updated,
  }));
  const unseen = spans.filter(({ state, since, until }) => until > toldAt && since < until && state !== alert.state);
  if (unseen.length === 0) return toldAt < alert.started ? onlyFlapped(alert) : '';
  const shown = unseen.map(
    ({ state, since, until }) => `${state.toUpperCase()} ${clockTime(since)}-${clockTime(until)}`,
  );
  return `was ${shown.join(', ')}, now ${alert.state.toUpperCase()}`;
}

/** A check may have begun to flap and settled without a problem that was confirmed. */
const onlyFlapped = ({ kind, started, resolved, state }: Alert): string =>
  kind === 'check' && resolved !== null
    ? `was FLAPPING ${clockTime(started)}-${clockTime(resolved)}, now ${state.toUpperCase()}`
    : '';

/** The alert as it is told after such a time: what happened stands below its output. */
export const withHappened = (alert: Alert, text: string): Alert =>
  text === '' ? alert : { ...alert, longOutput: alert.longOutput === '' ? text : `${alert.longOutput}\n${text}` };

function clockTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}
