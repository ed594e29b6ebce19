/** Why a repair is refused. */
import { OpsbroError } from '../base/errors.ts';
import type { RepairWorld, Target } from './repair-world.ts';
import type { RepairRules } from './rules.ts';
import type { Refusal } from './standing.ts';

/** A repair that must not be done; it is in the audit. */
export class RepairRefused extends OpsbroError {
  /** What is written down as the reason. */
  readonly reason: string;

  constructor(
    code: 'conflict' | 'too_many_requests' | 'not_found' | 'bad_request',
    reason: string,
    retryAfterMs?: number,
  ) {
    const seconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1_000);
    const when = seconds === undefined ? '' : `; again in ${seconds} s`;
    super(code, `not repaired: ${reason}${when}`, seconds === undefined ? {} : { details: { retry_after: seconds } });
    this.reason = reason;
  }
}

/** The refusal of an action that was done too often, or is being done. */
export function refusedBy({ code, reason, retryAfterMs }: Refusal): RepairRefused {
  return new RepairRefused(code === 'busy' ? 'conflict' : 'too_many_requests', reason, retryAfterMs);
}

/** Why this node is none for an action; empty when it is one. */
export async function unfit(rules: RepairRules, world: RepairWorld): Promise<string> {
  const { only_if_group: wanted, only_if: condition } = rules;
  const groups = world.groups();
  if (wanted.length > 0 && !wanted.some((group) => groups.has(group))) {
    return `the node is in none of the groups ${wanted.join(', ')}`;
  }
  if (condition === '') return '';
  const answer = await world.holds(condition);
  if (typeof answer === 'string') return `only_if cannot be worked out: ${answer}`;
  return answer ? '' : 'only_if is not true';
}

/** Why nothing starts by itself now; empty when it may. */
export function unwanted({ service, check }: Target, rules: RepairRules, world: RepairWorld): string {
  const muted = world.muted(service, check);
  if (muted !== '') return muted;
  const { alive, all } = world.nodes();
  if (rules.max_nodes_at_once > 0 && all > 1) {
    return 'max_nodes_at_once cannot be kept in a pool of several nodes yet; write 0 for any number, or repair by hand';
  }
  const percent = (alive / Math.max(1, all)) * 100;
  return percent < rules.min_alive_percent
    ? `only ${Math.floor(percent)} % of the nodes are alive (min_alive_percent ${rules.min_alive_percent})`
    : '';
}
