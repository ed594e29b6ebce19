import { OpsbroError } from '../base/errors.ts';

interface Bound {
  readonly advertise?: string;
  readonly bind: readonly string[];
}

const WILDCARDS: ReadonlySet<string> = new Set(['::', '0.0.0.0']);

/** Where others reach us: as configured, else where we listen. Throws `invalid_config` when neither can be reached. */
export function advertisedAddress({ advertise, bind }: Bound): string {
  const address = advertise ?? bind.find((bound) => !WILDCARDS.has(bound));
  if (address !== undefined) return address;
  const text = `gossip listens at ${bind.join(', ')}: set \`advertise\` to the address that others reach`;
  throw new OpsbroError('invalid_config', text);
}
