import { z } from 'zod';
import { type Api, type Item, openApi } from '../openstack/api.ts';
import { countOf, healthOf, more, statusAndTime } from '../openstack/docs.ts';
import { noteHealth } from '../openstack/health.ts';
import { ApiDown } from '../openstack/metric.ts';
import { localOptions } from '../openstack/options.ts';
import { beyond } from '../openstack/probing.ts';
import { jsonOf } from '../openstack/web.ts';
import { defineProbe } from './support/maas-probe.ts';
import { combined, type HostService, noteHosts, SERVICE_TREE, textIn } from './support/maas-services.ts';

export default defineProbe({
  name: 'heat_api_local_check',
  description: 'Whether the API of heat answers here.',
  group: 'openstack-heat',
  measurement: 'maas_heat',
  positionals: ['ip?'],
  downMetric: 'heat_api_local_status',
  options: z.object(localOptions(8004)),
  metrics: [
    ...statusAndTime('heat_api', 'heat'),
    more(countOf('heat_stacks', 'stacks', 'Stacks of all projects.')),
    more(countOf('heat_stacks_failed', 'stacks', 'Stacks whose last action failed.')),
    more(countOf('heat_stacks_complete', 'stacks', 'Stacks whose last action is done.')),
    more(countOf('heat_stacks_in_progress', 'stacks', 'Stacks whose last action goes on.')),
    more(countOf('heat_engines', 'engines', 'Engines there are.')),
    more(countOf('heat_engines_up', 'engines', 'Engines that are up.')),
    healthOf('heat'),
  ],
  keys: SERVICE_TREE,

  configure: (options) => async (probing) => {
    const api = await openApi(probing, { type: 'orchestration' }, options);
    jsonOf(probing.web, await api.timed('/build_info'));
    const { report } = probing;
    report.set('heat_api_local_status', 1);
    report.set('heat_api_local_response_time', probing.ttfbMs);
    await noteHealth(probing, 'heat', { url: api.base });
    await beyond(probing, 'heat_engines', async () => {
      const engines: Item[] = [];
      for await (const page of api.pages('services', '/services')) engines.push(...page);
      report.set('heat_engines', engines.length);
      report.set('heat_engines_up', engines.filter(({ status }) => status === 'up').length);
      noteHosts(probing, combined(engines.map(toService)));
    });
    await beyond(probing, 'heat_stacks', async () => {
      const counts = await stacks(api);
      const of = (ending: string) =>
        [...counts].reduce((sum, [status, count]) => sum + (status.endsWith(ending) ? count : 0), 0);
      report.set('heat_stacks', of(''));
      report.set('heat_stacks_failed', of('_FAILED'));
      report.set('heat_stacks_complete', of('_COMPLETE'));
      report.set('heat_stacks_in_progress', of('_IN_PROGRESS'));
    });
  },
});

const FORBIDDEN = 403;

/** How many stacks have each status. Rules that come with heat forbid the list of all projects; an admin sees them in the plain one. */
async function stacks(api: Api): Promise<ReadonlyMap<string, number>> {
  try {
    return await api.statuses('stacks', '/stacks?global_tenant=true', { of: 'stack_status' });
  } catch (error) {
    if (!(error instanceof ApiDown) || error.status !== FORBIDDEN) throw error;
    return await api.statuses('stacks', '/stacks', { of: 'stack_status' });
  }
}

/** Each host has an engine for each of its processors. */
function toService(item: Item): HostService {
  const [binary, host] = [textIn(item, 'binary'), textIn(item, 'hostname') || textIn(item, 'host')];
  const state = item['status'] === 'up' ? 'up' : item['status'] === 'down' ? 'down' : 'unknown';
  return { binary, host, name: `${binary}_on_host_${host}`, state, zone: '', profile: 'full' };
}
