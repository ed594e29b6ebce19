import { useState } from 'preact/hooks';
import type { CheckRecord, NodeRecord } from './records.ts';
import { StateSign } from './signs.tsx';
import { age, CHECK_ORDER, countChecks, nodesMatching, troublesOf, type View } from './store.ts';
import { Why } from './why.tsx';

/** All nodes as a table; each row opens to the checks of its node and to why it is as it is. */
export function Nodes({ view, now }: { readonly view: View; readonly now: number }) {
  const [search, setSearch] = useState('');
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const nodes = nodesMatching(view, search);
  const hasZones = new Set([...view.nodes.values()].map(({ zone }) => zone)).size > 1;
  const toggle = (uuid: string) => {
    const next = new Set(opened);
    if (!next.delete(uuid)) next.add(uuid);
    setOpened(next);
  };
  return (
    <section aria-labelledby="nodes-title">
      <div class="section-head">
        <h2 id="nodes-title">Nodes</h2>
        <input
          type="search"
          aria-label="Show only nodes with these words"
          placeholder="name, group, address…"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      </div>
      <table>
        <thead>
          <tr>
            {['Node', 'State', 'Checks', 'Groups', 'Address', 'Since'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        {nodes.map((node) => (
          <NodeRows
            key={node.uuid}
            node={node}
            checks={[...(view.checks.get(node.uuid)?.values() ?? [])]}
            zone={hasZones ? node.zone : undefined}
            isSelf={node.uuid === view.self.uuid}
            isOpen={opened.has(node.uuid)}
            now={now}
            toggle={() => toggle(node.uuid)}
          />
        ))}
      </table>
      {nodes.length === 0 && <p class="quiet">No node has these words.</p>}
    </section>
  );
}

interface NodeRowsProps {
  readonly node: NodeRecord;
  readonly checks: readonly CheckRecord[];
  /** Named when the pool has more than one. */
  readonly zone: string | undefined;
  readonly isSelf: boolean;
  readonly isOpen: boolean;
  readonly now: number;
  toggle(): void;
}

function NodeRows({ node, checks, zone, isSelf, isOpen, now, toggle }: NodeRowsProps) {
  const counts = countChecks(checks);
  return (
    <tbody class={`node-${node.state}`} data-node={node.name}>
      <tr>
        <th scope="row" data-title="Node">
          <button type="button" class="opener" aria-expanded={isOpen} onClick={toggle}>
            {node.name}
          </button>
          {node.display_name && <span class="quiet"> [ {node.display_name} ]</span>}
          {isSelf && <span class="quiet"> this node</span>}
          {zone !== undefined && <span class="quiet"> in {zone}</span>}
        </th>
        <td data-title="State">
          <StateSign state={node.state} />
          {troublesOf(node).map((trouble) => (
            <span key={trouble} class="trouble">
              {trouble}
            </span>
          ))}
        </td>
        <td data-title="Checks">
          {node.kind === 'serf' && <span class="quiet">a serf agent</span>}
          {CHECK_ORDER.filter((state) => counts.has(state)).map((state) => (
            <StateSign key={state} state={state} count={counts.get(state) ?? 0} />
          ))}
        </td>
        <td data-title="Groups" class="groups">
          {node.groups.map((group) => (
            <span key={group} class="group">
              {group}
            </span>
          ))}
        </td>
        <td data-title="Address" class="number">
          {node.addr}:{node.port}
        </td>
        <td data-title="Since" class="number" title={new Date(node.since).toLocaleString()}>
          {age(now - node.since)}
        </td>
      </tr>
      {isOpen && (
        <tr class="opened">
          <td colSpan={6}>
            <Checks checks={checks} />
            {/* Asked again when it becomes another. */}
            <Why key={`${node.state} ${node.since}`} uuid={node.uuid} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

function Checks({ checks }: { readonly checks: readonly CheckRecord[] }) {
  if (checks.length === 0) return <p class="quiet">No check is known of this node.</p>;
  const sorted = [...checks].sort((a, b) => a.name.localeCompare(b.name));
  return (
    <ul class="checks">
      {sorted.map(({ name, state, output, hard }) => (
        <li key={name}>
          <StateSign state={state} />
          <strong>{name}</strong>
          <span class="output">
            {output}
            {hard || state === 'pending' ? '' : ' (not confirmed yet)'}
          </span>
        </li>
      ))}
    </ul>
  );
}
