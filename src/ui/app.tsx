import { Alerts } from './alerts.tsx';
import type { Connection } from './live.ts';
import { Login } from './login.tsx';
import { Nodes } from './nodes.tsx';
import { Problems } from './problems.tsx';
import type { NodeState, Who } from './records.ts';
import { Services } from './services.tsx';
import { StateSign } from './signs.tsx';
import { CHECK_ORDER, countChecks, type View } from './store.ts';

interface AppProps {
  /** What is looked at. */
  readonly page: 'nodes' | 'services';
  readonly view: View;
  readonly connection: Connection;
  /** `undefined` until that is known. */
  readonly who: Who | undefined;
  /** The agent's time, epoch milliseconds. */
  readonly now: number;
  /** The last change, for those who hear the page. */
  readonly announcement: string;
}

const CONNECTIONS: Readonly<Record<Connection, string>> = {
  connecting: '… connecting',
  live: '√ live',
  offline: '× offline, trying again',
};

/** The whole page. */
export function App({ page, view, connection, who, now, announcement }: AppProps) {
  const isRefused = who?.scope === null;
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header>
        <h1>opsbro</h1>
        <span class="quiet">{view.self.name && `seen from ${view.self.name}`}</span>
        <nav aria-label="Pages">
          <PageLink href="/ui/" isHere={page === 'nodes'} text="Nodes" />
          <PageLink href="/ui/services" isHere={page === 'services'} text="Services" />
        </nav>
        <span class={`connection connection-${connection}`} role="status">
          {isRefused ? '× not logged in' : CONNECTIONS[connection]}
        </span>
        {who && <Login who={who} />}
      </header>
      <main id="main" aria-busy={!view.isComplete && !isRefused}>
        {isRefused && <p>Reading needs a login here.</p>}
        {!view.isComplete && !isRefused && <p class="quiet">Waiting for the agent…</p>}
        {view.isComplete && page === 'nodes' && <Overview view={view} now={now} />}
        {view.isComplete && page === 'services' && <Services view={view} now={now} />}
      </main>
      <footer class="quiet">
        <a href="/docs">API</a> · opsbro {view.self.version}
      </footer>
      <div class="unseen" aria-live="polite">
        {announcement}
      </div>
    </>
  );
}

interface PageLinkProps {
  readonly href: string;
  readonly isHere: boolean;
  readonly text: string;
}

const PageLink = ({ href, isHere, text }: PageLinkProps) => (
  <a href={href} {...(isHere && { 'aria-current': 'page' })}>
    {text}
  </a>
);

const Overview = ({ view, now }: Pick<AppProps, 'view' | 'now'>) => (
  <>
    <Numbers view={view} />
    <Problems view={view} />
    <Alerts view={view} now={now} />
    <Nodes view={view} now={now} />
    {view.nodes.size === 1 && <NextSteps port={view.nodes.values().next().value?.port ?? 0} />}
  </>
);

const NODE_STATES: readonly NodeState[] = ['alive', 'suspect', 'dead', 'left'];

function Numbers({ view }: { readonly view: View }) {
  const nodes = [...view.nodes.values()];
  const checks = countChecks([...view.checks.values()].flatMap((each) => [...each.values()]));
  return (
    <dl class="numbers">
      <div>
        <dt>Nodes</dt>
        <dd>
          {NODE_STATES.map((state) => [state, nodes.filter((node) => node.state === state).length] as const)
            .filter(([state, count]) => count > 0 || state === 'alive')
            .map(([state, count]) => (
              <StateSign key={state} state={state} count={count} />
            ))}
        </dd>
      </div>
      <div>
        <dt>Checks</dt>
        <dd>
          {CHECK_ORDER.filter((state) => checks.has(state)).map((state) => (
            <StateSign key={state} state={state} count={checks.get(state) ?? 0} />
          ))}
        </dd>
      </div>
    </dl>
  );
}

/** What a newcomer with one node may want to do. */
function NextSteps({ port }: { readonly port: number }) {
  return (
    <section aria-labelledby="next-title">
      <h2 id="next-title">What next</h2>
      <dl class="steps">
        <dt>Let another node join this one</dt>
        <dd>
          <code>opsbro gossip join HOST:{port}</code>
        </dd>
        <dt>See what this node measures</dt>
        <dd>
          <code>opsbro collectors show</code>
        </dd>
        <dt>Keep something</dt>
        <dd>
          <code>opsbro kv-store put greeting hello</code>
        </dd>
      </dl>
    </section>
  );
}
