import { useEffect, useState } from 'preact/hooks';
import { get, pathOf } from './ask.ts';
import { CheckRow } from './health-check.tsx';
import type { ActionStanding, HealthCheck, RepairRecord, ServiceStatus } from './records.ts';
import { healthOf } from './store.ts';

interface ServiceCardProps {
  readonly status: ServiceStatus;
  /** The last line of the history about it. */
  readonly lastRepair: RepairRecord | undefined;
  /** The agent's time, epoch milliseconds. */
  readonly now: number;
  /** Agent's clock minus browser's, milliseconds. */
  readonly clockOffset: number;
}

const STATES = { healthy: 'ok', 'could be better': 'warning', unhealthy: 'critical' } as const;

/** A service: how it stands, what is wrong, and what may be done about it. */
export function ServiceCard({ status, lastRepair, now, clockOffset }: ServiceCardProps) {
  const { service, healthchecks } = status;
  const health = healthOf(status);
  const standings = useStandings(status, lastRepair, clockOffset);
  const rows = (checks: readonly HealthCheck[]) =>
    checks.map((check) => (
      <CheckRow
        key={check.name}
        service={service}
        check={check}
        standings={standings.get(check.name) ?? []}
        now={now}
      />
    ));
  const errors = healthchecks.filter((check) => !check.health);
  const warnings = healthchecks.filter((check) => check.health);
  return (
    <article class="service" data-service={service}>
      <h3>
        <span class={`state state-${STATES[health]}`}>
          <span class="sign" aria-hidden="true">
            ●
          </span>{' '}
          {health}
        </span>
        {service}
      </h3>
      {errors.length > 0 && <Checks title="Errors:">{rows(errors)}</Checks>}
      {warnings.length > 0 && <Checks title="Warnings:">{rows(warnings)}</Checks>}
    </article>
  );
}

function Checks({ title, children }: { readonly title: string; readonly children: preact.ComponentChildren }) {
  return (
    <table>
      <caption>{title}</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">Check</th>
          <th scope="col">What is wrong</th>
          <th scope="col">What may be done</th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** Where an action stands, and when it may start again by the agent's clock, epoch milliseconds. */
export interface Standing extends ActionStanding {
  readonly readyAt: number;
}

type Standings = ReadonlyMap<string, readonly Standing[]>;

interface ServiceAnswer {
  readonly checks: readonly { readonly name: string; readonly repairs: readonly ActionStanding[] }[];
}

/** Where the actions of a service stand; asked again when the service changes or something is done about it. */
function useStandings(status: ServiceStatus, lastRepair: RepairRecord | undefined, clockOffset: number): Standings {
  const [standings, setStandings] = useState<Standings>(new Map());
  const { service } = status;
  // Asked again for what changes them, which is not what is asked with.
  useEffect(() => {
    const gone = new AbortController();
    const failed = () => gone.signal.aborted || setStandings(new Map());
    get<ServiceAnswer>(pathOf(service), gone.signal).then(
      ({ checks }) => setStandings(standingsIn(checks, Date.now() + clockOffset)),
      failed,
    );
    return () => gone.abort();
  }, [status, lastRepair]);
  return standings;
}

const standingsIn = (checks: ServiceAnswer['checks'], now: number): Standings =>
  new Map(
    checks.map(({ name, repairs }) => [
      name,
      repairs.map((each) => ({ ...each, readyAt: now + each.retry_after * 1_000 })),
    ]),
  );
