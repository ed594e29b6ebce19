import type { RouteExplanation } from '../model/handler.ts';
import type { Case } from './case.ts';
import type { Verdict } from './decide.ts';
import type { Pipeline } from './pipeline.ts';
import type { Direction } from './routes.ts';

type Told = RouteExplanation['handlers'][number];

/** Who would be told of a case as it stands, when, and why others are not. */
export function explained(of: Case, ref: string, pipeline: Pipeline): RouteExplanation {
  const { alert } = of;
  const first = pipeline.ruling.directionOf(alert);
  const later = first.steps.map((afterMs, index) => ({
    afterMs,
    direction: pipeline.ruling.directionOf({ ...alert, step: index + 1 }),
  }));
  const stages = [{ afterMs: 0, direction: first }, ...later];
  return {
    ref,
    severity: alert.severity,
    routes: first.routes,
    handlers: pipeline.telling.handlers().map((id) => ofHandler(id, { of, stages, pipeline })),
  };
}

interface Stage {
  readonly afterMs: number;
  readonly direction: Direction;
}

interface Asked {
  readonly of: Case;
  readonly stages: readonly Stage[];
  readonly pipeline: Pipeline;
}

function ofHandler(id: string, { of, stages, pipeline }: Asked): Told {
  const reached = stages.find(({ direction }) => direction.ways.has(id) || direction.everybody !== null);
  const { afterMs, direction } = reached ?? { afterMs: 0, direction: stages[0]?.direction };
  if (direction === undefined || !reached) return { id, isTold: false, afterMs: 0, why: 'no route leads to it' };
  const waitMs = (direction.ways.get(id) ?? direction.everybody)?.groupWaitMs ?? 0;
  return { id, ...answer(pipeline.telling.verdict(of, id, direction), afterMs + waitMs) };
}

function answer(verdict: Verdict, afterMs: number): Omit<Told, 'id'> {
  switch (verdict.type) {
    case 'send':
      return { isTold: true, afterMs, why: '' };
    case 'wait':
      return { isTold: false, afterMs: 0, why: verdict.why };
    case 'nothing':
      return { isTold: false, afterMs: 0, why: verdict.why };
  }
}
