import { z } from 'zod';
import type { DashboardRecord } from '../../model/dashboard.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import {
  DashboardJson as Dashboard,
  type DashboardJson,
  DashboardViewJson,
  DefinedDashboardJson,
} from '../schemas/dashboards.ts';
import { flag, Identified } from '../schemas.ts';

const POINTS = 150;
const STEP = 10;

/** A whole number in a query. */
const whole = (pattern: RegExp, least: number, most: number) =>
  z.string().regex(pattern, 'write a whole number').transform(Number).pipe(z.number().min(least).max(most)).optional();

const Asked = z.strictObject({
  color: flag.optional().describe('texts may carry terminal colours'),
  points: whole(/^\d{1,4}$/, 2, 1_000).describe(`values of each chart, the last one now; ${POINTS} when left out`),
  step: whole(/^\d{1,5}$/, 1, 86_400).describe(`seconds between them; ${STEP} when left out`),
});

/** Pages of values. */
export const dashboardRoutes = ({ dashboards }: Pick<ApiParts, 'dashboards'>) => ({
  'GET /dashboards': route({
    access: 'read',
    summary: 'The dashboards of the packs.',
    answer: z.array(Dashboard),
    handle: () => dashboards.records().map(dashboardJson),
  }),
  'GET /dashboards/:id*/values': route({
    access: 'read',
    summary: 'A dashboard with the values of this node, and for charts those of the time before.',
    params: Identified,
    query: Asked,
    answer: DashboardViewJson,
    async handle({ params, query: { color = false, points = POINTS, step = STEP } }) {
      const style = color ? 'colored' : 'plain';
      return { ...(await dashboards.view(params.id, { style, charts: { points, step } })) };
    },
  }),
  'GET /dashboards/:id*': route({
    access: 'read',
    summary: 'A dashboard as it is written, by its id or the last part of that.',
    params: Identified,
    answer: DefinedDashboardJson,
    handle({ params }) {
      const found = dashboards.definition(params.id);
      const { file, line, fields } = found;
      return { ...dashboardJson(found), definition: { file, line, fields: { ...fields } } };
    },
  }),
});

const dashboardJson = ({ id, title, packName, packLevel }: DashboardRecord): DashboardJson => ({
  name: id,
  title,
  pack_name: packName,
  pack_level: packLevel,
});
