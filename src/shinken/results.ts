import type { Clock } from '../base/clock.ts';
import type { CheckRecord } from '../model/check.ts';
import type { CheckSummary, Member, Membership } from '../model/member.ts';
import { serviceNames } from '../plugins/nagios-names.ts';
import { hostResultLine, serviceResultLine } from '../plugins/nagios-results.ts';
import type { ResultQueue } from './result-queue.ts';

interface ResultsSetting {
  readonly clock: Pick<Clock, 'wall'>;
  readonly membership: Membership;
  readonly queue: Pick<ResultQueue, 'put'>;
  /** Those of this node, with all they said. */
  checks(): readonly CheckRecord[];
}

/** Words the states of nodes and checks as results, and puts them into the queue. */
export class Results {
  readonly #setting: ResultsSetting;

  constructor(setting: ResultsSetting) {
    this.#setting = setting;
  }

  /** Tells of a node and all its checks. */
  tellAll(member: Member): void {
    this.tellNode(member);
    this.tellChecks(member, undefined);
  }

  /** Tells what the pool believes of a node. */
  tellNode({ id, name, state, leaving }: Member): void {
    const text = `${name || id} is ${leaving ? 'leaving' : state}`;
    const line = hostResultLine({ hostId: id, state, text, at: this.#setting.clock.wall() });
    this.#setting.queue.put(`${id} host`, line);
  }

  /** Tells of the checks of a node that are otherwise than before; of all of them when it was not known. */
  tellChecks(member: Member, before: Member | undefined): void {
    const { membership, checks, clock } = this.#setting;
    const isSelf = member.id === membership.self.id;
    // A node knows of its own checks more than what it tells the others.
    const own = new Map((isSelf ? checks() : []).map((check) => [check.id, check]));
    const names = serviceNames(member.checks.keys());
    for (const [id, summary] of member.checks) {
      const service = names.get(id);
      if (service === undefined || isSame(summary, before?.checks.get(id))) continue;
      this.#put(member.id, service, own.get(id) ?? summary, clock.wall());
    }
  }

  /** Tells of a check of this node. */
  tellOwn(check: CheckRecord): void {
    const { self } = this.#setting.membership;
    const service = serviceNames(self.checks.keys()).get(check.id);
    if (service !== undefined) this.#put(self.id, service, check, this.#setting.clock.wall());
  }

  #put(hostId: string, service: string, said: Said, at: number): void {
    const { state, output, longOutput = '', perfdata = [] } = said;
    const line = serviceResultLine({ hostId, service, state, output, longOutput, perfdata, at });
    this.#setting.queue.put(`${hostId} ${service}`, line);
  }
}

type Said = Pick<CheckRecord, 'state' | 'output'> & Partial<Pick<CheckRecord, 'longOutput' | 'perfdata'>>;

const isSame = (now: CheckSummary, before: CheckSummary | undefined): boolean =>
  now.state === before?.state && now.changed === before.changed && now.output === before.output;
