import { useState } from 'preact/hooks';
import { ActionDialog } from './action-dialog.tsx';
import { get, pathOf, post, Refused, textOf } from './ask.ts';
import type { ActionOffer, HealthCheck, RepairRecord } from './records.ts';
import type { Standing } from './service.tsx';
import { age } from './store.ts';

interface CheckRowProps {
  readonly service: string;
  readonly check: HealthCheck;
  /** Where its actions stand. */
  readonly standings: readonly Standing[];
  /** The agent's time, epoch milliseconds. */
  readonly now: number;
}

/** What an action is given, by parameter. */
export type Given = Readonly<Record<string, unknown>>;

type Outcome = { readonly text: string; readonly command?: string } | undefined;

/** A check that is not perfect, with a button for everything that may be done about it. */
export function CheckRow({ service, check, standings, now }: CheckRowProps) {
  const [offer, setOffer] = useState<ActionOffer>();
  const [running, setRunning] = useState('');
  const [outcome, setOutcome] = useState<Outcome>();
  const attempt = async (action: string, task: () => Promise<Outcome>) => {
    setOffer(undefined);
    setRunning(action);
    setOutcome(undefined);
    const failed = (error: unknown) =>
      outcomeOfFailure(error, `opsbro health repair ${service} ${check.name} ${action}`);
    setOutcome(await task().catch(failed));
    setRunning('');
  };
  const run = (action: string, kwargs: Given) => attempt(action, () => repair(service, check.name, action, kwargs));
  const press = (action: string) =>
    attempt(action, async () => {
      const known = await offerOf(service, check.name, action);
      if (known.params.length === 0 && !known.requires_confirmation) return repair(service, check.name, action, {});
      setOffer(known);
      return undefined;
    });
  const reset = (action: string) =>
    attempt(action, async () => {
      await post(pathOf(service, 'checks', check.name, 'reset'));
      return { text: 'Its attempts are forgotten.' };
    });
  return (
    <tr data-check={check.name}>
      <th scope="row">{check.name}</th>
      <td class="output">{check.description}</td>
      <td>
        {check.actions.map((action) => (
          <Action
            key={action}
            action={action}
            isRunning={running === action}
            standing={standings.find((each) => each.action === action)}
            now={now}
            press={() => void press(action)}
            reset={() => void reset(action)}
          />
        ))}
        {outcome && <OutcomeText outcome={outcome} />}
        {offer && (
          <ActionDialog
            offer={offer}
            submit={(given) => void run(offer.action, given)}
            close={() => setOffer(undefined)}
          />
        )}
      </td>
    </tr>
  );
}

interface ActionProps {
  readonly action: string;
  readonly isRunning: boolean;
  readonly standing: Standing | undefined;
  readonly now: number;
  press(): void;
  reset(): void;
}

function Action({ action, isRunning, standing, now, press, reset }: ActionProps) {
  const isBusy = isRunning || standing?.state === 'running' || standing?.state === 'verifying';
  const wait = (standing?.readyAt ?? 0) - now;
  return (
    <div class="offer">
      <button type="button" class="action" disabled={isBusy} onClick={press}>
        {action}
      </button>
      {isBusy && <span role="status">… running</span>}
      {!isBusy && standing?.state === 'cooling' && wait > 0 && <span class="quiet">again in {age(wait)}</span>}
      {!isBusy && standing?.state === 'exhausted' && (
        <>
          <span class="quiet">
            exhausted, {standing.attempts} of {standing.max_attempts} attempts
          </span>
          <button type="button" class="action" onClick={reset}>
            Reset {action}
          </button>
        </>
      )}
    </div>
  );
}

const OutcomeText = ({ outcome }: { readonly outcome: NonNullable<Outcome> }) => (
  <div role="alert" class="refusal">
    {outcome.text}
    {outcome.command !== undefined && (
      <p>
        This page came over TCP and may only look. On the node: <code>{outcome.command}</code>
      </p>
    )}
  </div>
);

function outcomeOfFailure(error: unknown, command: string): Outcome {
  const mayNot = error instanceof Refused && (error.status === 401 || error.status === 403);
  return { text: textOf(error), ...(mayNot && { command }) };
}

async function offerOf(service: string, check: string, action: string): Promise<ActionOffer> {
  const offers = await get<ActionOffer[]>(pathOf(service, 'actions'));
  const known = offers.find((each) => each.healthcheck === check && each.action === action);
  if (known) return known;
  throw new Error(`${action} is not offered any more`);
}

async function repair(service: string, healthcheck: string, action: string, kwargs: Given): Promise<Outcome> {
  const { result } = await post<{ result: RepairRecord }>(pathOf(service, 'repair'), { healthcheck, action, kwargs });
  const output = result.output.trim();
  return { text: `${action}: ${result.fixed === true ? 'fixed' : 'not fixed'}${output && `, it printed: ${output}`}` };
}
