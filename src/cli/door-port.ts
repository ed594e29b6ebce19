import { OpsbroError } from '../base/errors.ts';

/** The port at which a door of the agent is open. Throws `not_found`, naming the setting that opens it. */
export function portOf(
  { ports }: { readonly ports: Readonly<Record<string, number>> },
  door: string,
  setting: string,
): number {
  const port = ports[door];
  if (port !== undefined) return port;
  throw new OpsbroError(
    'not_found',
    `the door ${door} is closed; open it with: opsbro agent parameters set ${setting} true`,
  );
}
