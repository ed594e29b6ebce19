import { z } from 'zod';
import type { PollsterRecord, Sample } from '../../model/sample.ts';
import type { ApiParts } from '../parts.ts';
import { jsonObject } from '../records.ts';
import { route } from '../route.ts';
import { PollsterJson, SampleJson } from '../schemas/pollsters.ts';
import { Named } from '../schemas.ts';

/** Pollsters and what they sampled. */
export const pollsterRoutes = ({ polling, runtime }: Pick<ApiParts, 'polling' | 'runtime'>) => ({
  'GET /openstack/pollsters': route({
    access: 'read',
    summary: 'Every pollster, what it samples, and how it is.',
    answer: z.array(PollsterJson),
    handle: () => polling.records().map(pollsterJson),
  }),
  'GET /openstack/samples': route({
    access: 'read',
    summary: 'The samples that each pollster took last.',
    query: z.strictObject({
      meter: z.string().max(200).optional().describe('only meters that fit: * and ? stand for any'),
    }),
    answer: z.array(SampleJson),
    handle: ({ query }) => polling.samples(query.meter).map(sampleJson),
  }),
  'POST /openstack/pollsters/:name/run': route({
    access: 'write',
    summary: 'Runs a pollster now and answers with its samples.',
    params: Named,
    answer: PollsterJson.extend({ taken: z.array(SampleJson) }),
    async handle({ params: { name } }) {
      const { meters } = polling.record(name);
      await runtime.runCollector(name);
      const taken = polling.samples().filter((sample) => meters.includes(sample.name));
      return { ...pollsterJson(polling.record(name)), taken: taken.map(sampleJson) };
    },
  }),
});

const sampleJson = ({ name, type, unit, volume, resourceId, timestamp, metadata }: Sample): SampleJson => ({
  ...{ name, type, unit, volume, timestamp },
  resource_id: resourceId,
  resource_metadata: { ...metadata },
});

const pollsterJson = (pollster: PollsterRecord): PollsterJson => ({
  name: pollster.name,
  description: pollster.description,
  namespace: pollster.namespace,
  meters: [...pollster.meters],
  state: pollster.state,
  log: pollster.log,
  interval_ms: pollster.intervalMs,
  last_run: pollster.lastRun,
  samples: pollster.samples,
  errors_total: pollster.errors,
  excluded: jsonObject(pollster.excluded, (reason) => reason),
});
