import type { AlertRecord } from './records.ts';
import { StateSign } from './signs.tsx';
import { age, alertsOf, marksOf, type View } from './store.ts';

const SHOWN = 20;

/** What the node that serves the page tells people of now, and what keeps them from being told; nothing while there is nothing. */
export function Alerts({ view, now }: { readonly view: View; readonly now: number }) {
  const alerts = alertsOf(view);
  if (alerts.length === 0) return null;
  return (
    <section aria-labelledby="alerts-title">
      <h2 id="alerts-title">Open alerts of {view.self.name}</h2>
      <ul class="problems">
        {alerts.slice(0, SHOWN).map((alert) => (
          <AlertLine key={alert.id} alert={alert} now={now} />
        ))}
      </ul>
      {alerts.length > SHOWN && (
        <p class="quiet">
          and {alerts.length - SHOWN} more: <code>opsbro alerts list</code>
        </p>
      )}
    </section>
  );
}

function AlertLine({ alert, now }: { readonly alert: AlertRecord; readonly now: number }) {
  const { kind, node, name, display_name, severity, started, output } = alert;
  const marks = marksOf(alert);
  return (
    <li>
      <StateSign state={severity} />
      <span class="where">
        <strong>{display_name || name || node.name}</strong> ({kind}) for {age(now - started * 1_000)}
        {marks.length > 0 && <em class="marks"> {marks.join(', ')}</em>}
      </span>
      <span class="output">{output}</span>
    </li>
  );
}
