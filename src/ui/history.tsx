import type { RepairRecord } from './records.ts';

const SHOWN = 50;

/** What was repaired and refused, newest first: who, when, and what came of it. */
export function History({ repairs }: { readonly repairs: readonly RepairRecord[] }) {
  return (
    <section aria-labelledby="history-title">
      <h2 id="history-title">Repairs</h2>
      {repairs.length === 0 ? (
        <p class="quiet">Nothing was repaired yet.</p>
      ) : (
        <table class="history">
          <thead>
            <tr>
              {['When', 'Service', 'Action', 'Who', 'Result'].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {repairs.slice(0, SHOWN).map((record) => (
              <Line key={`${record.id} ${record.event} ${record.at}`} record={record} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Line({ record }: { readonly record: RepairRecord }) {
  const { at, service, check, action, who, output } = record;
  return (
    <tr>
      <td data-title="When" class="number">
        <time dateTime={new Date(at).toISOString()}>{new Date(at).toLocaleString()}</time>
      </td>
      <td data-title="Service">
        {service} <span class="quiet">{check}</span>
      </td>
      <td data-title="Action">{action}</td>
      <td data-title="Who">{who}</td>
      <td data-title="Result">
        {resultOf(record)}
        {output && <pre class="output">{output.trimEnd()}</pre>}
      </td>
    </tr>
  );
}

function resultOf({ event, fixed, reason }: RepairRecord): string {
  switch (event) {
    case 'start':
      return `started: ${reason}`;
    case 'end':
      return fixed === true ? '√ fixed' : '× not fixed';
    case 'refusal':
      return `× refused: ${reason}`;
    default:
      return [event.replaceAll('-', ' '), reason].filter(Boolean).join(': ');
  }
}
