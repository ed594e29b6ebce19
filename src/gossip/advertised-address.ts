import { OpsbroError } from '../base/errors.ts';

interface Listening {
  /** Addresses to listen at. */
  readonly bind: readonly string[];
  /** Where others reach us, when it is not where we listen. */
  readonly advertise?: string;
}

const WILDCARDS: ReadonlySet<string> = new Set(['::', '0.0.0.0']);

/** Where others reach us: as configured, else where we listen. Throws `invalid_config` when that is every address of this machine. */
export function advertisedAddress({ advertise, bind }: Listening): string {
  const address = advertise ?? bind.find((bound) => !WILDCARDS.has(bound));
  if (address !== undefined) return address;
  const text = `gossip listens at ${bind.join(', ')}: set \`advertise\` to the address that others reach`;
  throw new OpsbroError('invalid_config', text);
}
