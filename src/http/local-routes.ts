import { z } from 'zod';
import type { ApiParts } from './parts.ts';
import { type RouteTable, route } from './route.ts';
import { collectorRoutes } from './routes/collectors.ts';
import { dashboardRoutes } from './routes/dashboards.ts';
import { detectorRoutes } from './routes/detectors.ts';
import { dockerRoutes } from './routes/docker.ts';
import { evaluatorRoutes } from './routes/evaluator.ts';
import { packRoutes } from './routes/packs.ts';
import { parameterRoutes } from './routes/parameters.ts';
import { pollsterRoutes } from './routes/pollsters.ts';
import { checkRoutes } from './routes/work.ts';

/** What can be answered without a pool, a store or a past: what is written, and what the machine shows. */
export const localRoutes = (
  parts: Pick<
    ApiParts,
    'runtime' | 'dashboards' | 'docker' | 'polling' | 'packs' | 'edits' | 'functions' | 'filtering'
  >,
): RouteTable => ({
  'GET /agent/state': route({
    access: 'open',
    summary: 'There is nothing to wait for.',
    answer: z.literal('ok'),
    handle: () => 'ok' as const,
  }),
  ...collectorRoutes(parts),
  ...dashboardRoutes(parts),
  ...pollsterRoutes(parts),
  ...detectorRoutes(parts),
  ...checkRoutes(parts),
  ...packRoutes(parts),
  ...parameterRoutes(parts),
  ...evaluatorRoutes(parts),
  ...dockerRoutes(parts),
});
