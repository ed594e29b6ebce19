import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Acknowledgement, Alert, AlertKind, AlertNode, Alerts, Mutes, Muting } from '../model/alert.ts';
import { alertKey } from './alert-key.ts';
import type { Case } from './case.ts';
import type { Pipeline } from './pipeline.ts';

interface BookWorld {
  readonly pipeline: Pipeline;
  readonly mutes: Mutes;
  readonly clock: Clock;
  node(): AlertNode;
}

/** The alerts of a pipeline for those who show them, acknowledge them or act by themselves. */
export class AlertsOfBook implements Alerts, Muting {
  readonly #world: BookWorld;

  constructor(world: BookWorld) {
    this.#world = world;
  }

  list(which: 'open' | 'all' = 'open'): readonly Alert[] {
    const { book } = this.#world.pipeline;
    const cases = which === 'open' ? book.allOpen() : book.all().toReversed();
    return cases.map(({ alert }) => alert);
  }

  get(ref: string): Alert {
    return this.#world.pipeline.book.find(ref).alert;
  }

  acknowledge(ref: string, acknowledgement: Acknowledgement): Alert {
    const of = this.#world.pipeline.book.find(ref);
    if (of.alert.status !== 'firing') {
      throw new OpsbroError('conflict', `nothing is firing: the alert of "${ref}" is ${of.alert.status}`);
    }
    return this.#put(of, acknowledgement);
  }

  unacknowledge(ref: string): Alert {
    const of = this.#world.pipeline.book.find(ref);
    if (of.alert.acked === null) throw new OpsbroError('conflict', `nobody acknowledged the alert of "${ref}"`);
    return this.#put(of, null);
  }

  isAcknowledged(kind: AlertKind, name: string): boolean {
    const { pipeline, node } = this.#world;
    return pipeline.book.open(alertKey(kind, node().uuid, name))?.alert.acked != null;
  }

  inMaintenance(): boolean {
    const { mutes, node, clock } = this.#world;
    return mutes.of(aliveNode(node(), clock.wall())).maintenance !== null;
  }

  #put(of: Case, acked: Acknowledgement | null): Alert {
    return this.#world.pipeline.change(of, { ...of, alert: { ...of.alert, acked } }).alert;
  }
}

/** What an alert of the node itself would be, to ask what mutes it. */
const aliveNode = (node: AlertNode, at: number): Alert => ({
  ...{ id: '', key: '', kind: 'node', node, name: '', displayName: node.displayName, pack: '', labels: new Map() },
  ...{ severity: 'critical', state: 'dead', stateId: 2, oldState: 'alive', status: 'pending' },
  ...{ output: '', longOutput: '', perfdata: [], started: at, fired: null, updated: at, resolved: null },
  ...{ notified: new Map(), step: 0, acked: null, silenced: [], maintenance: null, suppressedBy: [], flapping: false },
  ...{ runbook: '', repair: [], url: '', why: '' },
});
