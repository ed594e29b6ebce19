import type { DropReason, Malformed } from './messages.ts';

/** Thrown while bytes are read, caught at the walls of the codec: these bytes are refused, for that reason. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly reason: DropReason;

  constructor(reason: DropReason) {
    super(reason);
    this.reason = reason;
  }
}

/** A refusal as a value. */
export const malformed = (reason: DropReason): Malformed => ({ kind: 'malformed', reason });

/** Runs a reader over bytes of strangers: whatever it throws comes back as `Malformed`, so nothing gets past this wall. */
export function guarded<T>(read: () => T): T | Malformed {
  try {
    return read();
  } catch (error) {
    return malformed(error instanceof Refused ? error.reason : 'malformed');
  }
}

/** Whether a guarded reader refused. */
export function isMalformed(value: unknown): value is Malformed {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'malformed';
}
