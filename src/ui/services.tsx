import { useState } from 'preact/hooks';
import { getFile, textOf } from './ask.ts';
import { History } from './history.tsx';
import { ServiceCard } from './service.tsx';
import { lastRepairOf, servicesOf, type View } from './store.ts';

interface ServicesProps {
  readonly view: View;
  /** The agent's time, epoch milliseconds. */
  readonly now: number;
}

/** The services of the node that serves the page, what is wrong with them, and what was done about it. */
export function Services({ view, now }: ServicesProps) {
  const services = servicesOf(view);
  return (
    <>
      <section aria-labelledby="services-title">
        <div class="section-head">
          <h2 id="services-title">Services of {view.self.name}</h2>
          <CollectLogs />
        </div>
        {services.length === 0 && (
          <p class="quiet">
            No service is watched here. A folder of health checks below <code>data/health</code> is one.
          </p>
        )}
        {services.map((status) => (
          <ServiceCard
            key={status.service}
            status={status}
            lastRepair={lastRepairOf(view, status.service)}
            now={now}
            clockOffset={view.clockOffset}
          />
        ))}
      </section>
      <History repairs={view.repairs} />
    </>
  );
}

/** Fetches what helps somebody elsewhere to understand the node. */
function CollectLogs() {
  const [refusal, setRefusal] = useState('');
  const collect = async () => {
    setRefusal('');
    try {
      save(await getFile('/mob/CollectLogs'), 'opsbro-logs.tgz');
    } catch (error) {
      setRefusal(textOf(error));
    }
  };
  return (
    <div>
      <button type="button" class="action" onClick={() => void collect()}>
        Collect Logs
      </button>
      {refusal && (
        <p role="alert" class="refusal">
          {refusal}
        </p>
      )}
    </div>
  );
}

function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
