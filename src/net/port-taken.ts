import { messageOf, OpsbroError, systemCode } from '../base/errors.ts';

/** Tells that a door cannot be opened as somebody else is there. It may be a door of the same agent: who it is, `opsbro doctor` finds out. */
export function portTaken(door: string, where: string, cause: unknown): OpsbroError {
  const message = `${door}: ${where} is in use already (opsbro doctor tells by whom); choose another port, 0 for any`;
  return new OpsbroError('conflict', message, { cause });
}

/** Why a door cannot be opened, for people: what the system says of a port that is taken is said as `portTaken` does. */
export function whyNotOpen(door: string, error: unknown): string {
  if (error instanceof OpsbroError || systemCode(error) !== 'EADDRINUSE') return messageOf(error);
  const { address, port } = error as NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };
  return portTaken(door, `${address ?? 'its address'} port ${port ?? ''}`.trimEnd(), error).message;
}
