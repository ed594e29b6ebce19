import { OpsbroError } from '../base/errors.ts';

/** Tells that a door cannot be opened as somebody else is there. It may be a door of the same agent: who it is, `opsbro doctor` finds out. */
export function portTaken(door: string, where: string, cause: unknown): OpsbroError {
  const message = `${door}: ${where} is in use already (opsbro doctor tells by whom); choose another port, 0 for any`;
  return new OpsbroError('conflict', message, { cause });
}
