import { z } from 'zod';
import { Matchers } from '../../alerts/mutes/entry.ts';
import { OpsbroError } from '../../base/errors.ts';
import { maintenanceJson, silenceJson, takenMaintenance, takenSilence } from '../alert-json.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import { MaintenanceJson, SilenceJson, TakenMaintenanceJson, TakenSilenceJson } from '../schemas/alerts.ts';
import { Identified } from '../schemas.ts';

const spoken = {
  starts: z.number().min(0).optional().describe('epoch seconds; now when left out'),
  ends: z.number().min(0).describe('epoch seconds, at most a year ahead'),
  comment: z.string().max(1_024).default(''),
  by: z.string().max(1_024).default('').describe('who wants it'),
};

const NewSilence = z.strictObject({
  ...spoken,
  matchers: Matchers.default({}).describe('patterns with * and ? by what alerts are chosen by; all have to fit'),
  if: z.string().max(4_096).default('').describe("an expression over the alert: pack == 'linux'"),
  mute_recovery: z.boolean().default(false).describe('keep the end of a problem quiet as well'),
});

const Name = z.string().min(1).max(256).optional();

const NewMaintenance = z.strictObject({
  ...spoken,
  node: Name.describe('id or name; this node when neither group nor zone is given'),
  group: Name,
  zone: Name,
  drain: z.boolean().default(true).describe('offer no services of these nodes meanwhile'),
});

type Parts = Pick<ApiParts, 'alerting' | 'membership' | 'filtering'>;

/** What is kept quiet. */
export const muteRoutes = (parts: Parts) => ({ ...silenceRoutes(parts), ...maintenanceRoutes(parts) });

const silenceRoutes = ({ alerting, filtering }: Parts) => ({
  'GET /monitoring/silences': route({
    access: 'read',
    summary: 'Silences that lie ahead, last, or ended of late; the newest first.',
    answer: z.array(SilenceJson),
    handle: () =>
      alerting.silences().map((silence) => silenceJson(silence, alerting.fitting(silence.id), filtering.clock.wall())),
  }),
  'POST /monitoring/silences': route({
    access: 'write',
    summary: 'Keeps alerts quiet for a while, in the whole zone.',
    body: NewSilence,
    answer: TakenSilenceJson,
    async handle({ body: { mute_recovery: isEndMuted, starts, ends, ...said } }) {
      const taken = await alerting.addSilence({ ...said, ...spanOf(starts, ends), isEndMuted });
      return takenSilence(taken, alerting, filtering.clock.wall());
    },
  }),
  'DELETE /monitoring/silences/:id': route({
    access: 'write',
    summary: 'Ends a silence, in the whole zone.',
    params: Identified,
    answer: TakenSilenceJson,
    handle: async ({ params }) =>
      takenSilence(await alerting.remove('silence', params.id), alerting, filtering.clock.wall()),
  }),
});

const maintenanceRoutes = ({ alerting, membership, filtering }: Parts) => ({
  'GET /monitoring/maintenance': route({
    access: 'read',
    summary: 'Maintenance windows that lie ahead, last, or ended of late; the newest first.',
    answer: z.array(MaintenanceJson),
    handle: () => alerting.maintenance().map((entry) => maintenanceJson(entry, filtering.clock.wall())),
  }),
  'POST /monitoring/maintenance': route({
    access: 'write',
    summary: 'Keeps everything of some nodes quiet while they are worked on, in the whole zone.',
    body: NewMaintenance,
    answer: TakenMaintenanceJson,
    async handle({ body: { node, group, zone, starts, ends, ...said } }) {
      const wish = { ...said, ...spanOf(starts, ends), ...nodesOf({ node, group, zone }, membership.self.id) };
      return takenMaintenance(await alerting.addMaintenance(wish), filtering.clock.wall());
    },
  }),
  'DELETE /monitoring/maintenance/:id': route({
    access: 'write',
    summary: 'Ends a maintenance window, in the whole zone.',
    params: Identified,
    answer: TakenMaintenanceJson,
    handle: async ({ params }) =>
      takenMaintenance(await alerting.remove('maintenance', params.id), filtering.clock.wall()),
  }),
});

const spanOf = (starts: number | undefined, ends: number) => ({
  starts: starts === undefined ? undefined : Math.round(starts * 1_000),
  ends: Math.round(ends * 1_000),
});

/** Whose maintenance it is, of exactly one kind. */
function nodesOf(wanted: Readonly<Record<'node' | 'group' | 'zone', string | undefined>>, self: string) {
  const given = (['node', 'group', 'zone'] as const).flatMap((of) => {
    const name = wanted[of];
    return name === undefined ? [] : [{ of, name: of === 'node' && name === 'self' ? self : name }];
  });
  const [only = { of: 'node' as const, name: self }, more] = given;
  if (more !== undefined) throw new OpsbroError('bad_request', 'give one of node, group and zone');
  return only;
}
