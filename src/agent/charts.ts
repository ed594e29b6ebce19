import type { RenderPart } from '../http/series-view.ts';
import { AnnotationLog } from '../metrics/annotation-log.ts';
import type { MetricStore } from '../metrics/metric-store.ts';
import type { Annotations } from '../model/annotation.ts';
import type { Membership } from '../model/member.ts';
import type { Setting } from './parts.ts';
import type { Peers } from './peers.ts';
import type { StateStore } from './state-store.ts';
import { seriesRoutes, seriesView } from './zone-series.ts';

/** What charts are made of. */
export interface Charts {
  /** Marks on charts, of this node. */
  readonly annotations: Annotations;
  /** Series and marks of the zone. */
  readonly render: RenderPart;
}

interface Parts {
  readonly series: MetricStore;
  readonly state: StateStore;
  readonly membership: Membership;
  readonly peers: Peers;
}

/** Opens the annotations, lets other nodes ask for them and for the series of this one, and asks the others itself. */
export async function openCharts(
  { world }: Pick<Setting, 'world'>,
  { series: store, state, membership, peers }: Parts,
): Promise<Charts> {
  const { clock, random } = world;
  const annotations = await AnnotationLog.open(state.shelf('annotations'), clock);
  const own = { store, annotations };
  for (const route of seriesRoutes({ own, membership })) peers.route(route);
  const { client } = peers;
  return {
    annotations,
    render: {
      view: (scope) => seriesView(scope, { own, membership, client }),
      annotations,
      wall: () => clock.wall(),
      random,
    },
  };
}
