import { z } from 'zod';
import { openApi } from '../openstack/api.ts';
import { countOf, healthOf, more, statusAndTime } from '../openstack/docs.ts';
import { noteHealth } from '../openstack/health.ts';
import { localOptions } from '../openstack/options.ts';
import { beyond } from '../openstack/probing.ts';
import { jsonOf } from '../openstack/web.ts';
import { defineProbe } from './support/maas-probe.ts';

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
    more(countOf('heat_engines', 'engines', 'Engines there are.')),
    more(countOf('heat_engines_up', 'engines', 'Engines that are up.')),
    healthOf('heat'),
  ],

  configure: (options) => async (probing) => {
    const api = await openApi(probing, { type: 'orchestration' }, options);
    jsonOf(probing.web, await api.timed('/build_info'));
    const { report } = probing;
    report.set('heat_api_local_status', 1);
    report.set('heat_api_local_response_time', probing.ttfbMs);
    await noteHealth(probing, 'heat', { url: api.base });
    await beyond(probing, 'heat_engines', async () => {
      const engines: unknown[] = [];
      for await (const page of api.pages('services', '/services')) engines.push(...page.map(({ status }) => status));
      report.set('heat_engines', engines.length);
      report.set('heat_engines_up', engines.filter((status) => status === 'up').length);
    });
    await beyond(probing, 'heat_stacks', async () => {
      let [all, failed] = [0, 0];
      for await (const page of api.pages('stacks', '/stacks?global_tenant=true')) {
        all += page.length;
        failed += page.filter(({ stack_status: status }) => String(status).endsWith('_FAILED')).length;
      }
      report.set('heat_stacks', all);
      report.set('heat_stacks_failed', failed);
    });
  },
});
