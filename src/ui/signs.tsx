import type { CheckState, NodeState } from './records.ts';

const SIGNS: Readonly<Record<CheckState | NodeState, string>> = {
  ok: '√',
  warning: '!',
  critical: '×',
  unknown: '?',
  pending: '…',
  alive: '√',
  suspect: '!',
  dead: '×',
  left: '–',
};

/** A state as sign and word; never colour alone. */
export function StateSign({ state, count }: { readonly state: CheckState | NodeState; readonly count?: number }) {
  return (
    <span class={`state state-${state}`}>
      <span class="sign" aria-hidden="true">
        {SIGNS[state]}
      </span>{' '}
      {count === undefined ? state : `${count} ${state}`}
    </span>
  );
}
