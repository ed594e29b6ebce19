import type { Item } from '../../openstack/api.ts';
import { countOf, more } from '../../openstack/docs.ts';
import type { MetricDoc } from '../../openstack/metric.ts';
import type { Probing } from '../../openstack/probing.ts';
import type { KeyDoc } from '../../plugins/kinds.ts';
import { gauge, info } from './key-docs.ts';

/** How a service of a host is: `disabled` by its administrators, `unknown` when nobody can tell. */
export type ServiceState = 'up' | 'down' | 'disabled' | 'unknown';

/** A service that runs on a host. */
export interface HostService {
  /** Such as `nova-compute`. */
  readonly binary: string;
  readonly host: string;
  readonly state: ServiceState;
  /** The metric it is printed as, and a second spelling. */
  readonly name: string;
  readonly alias?: string;
  readonly zone: string;
  /** More of what it belongs to, such as `backend`. */
  readonly tags?: Readonly<Record<string, string>>;
  /** It is printed only when everything is wanted. */
  readonly profile?: 'full';
}

/** What is known of services beside those of each host. */
export const serviceMetrics = (project: string): readonly MetricDoc[] => [
  more(countOf(`${project}_services_up`, 'services', 'Services that are up.')),
  more(countOf(`${project}_services_down`, 'services', 'Services that should be up and are not.')),
  more(countOf(`${project}_services_disabled`, 'services', 'Services that their administrators switched off.')),
  more({
    name: `${project}_services_down_names`,
    type: 'string',
    meaning: 'The services that should be up and are not.',
  }),
];

/** Where services stand in the tree of a collector. */
export const SERVICE_TREE: readonly KeyDoc[] = [
  gauge(
    'services.*.*',
    'Is 1 while a service is up and 0 when it is down; absent when it is switched off. Before it stand service and host.',
  ),
  info('states.*.*', 'Is `up`, `down`, `disabled` or `unknown`. Before it stand service and host.'),
];

/** Notes each service of each host, in their order; of several of one kind on a host the worst is last, which stands in the tree. */
export function noteHosts({ report }: Probing, services: readonly HostService[]): void {
  for (const service of worstLast(services)) {
    const { binary, host, state, name, alias, zone, tags: more, profile } = service;
    const tags = { binary, host, ...(zone !== '' && { zone }), ...more };
    if (state === 'up' || state === 'down') {
      const value = state === 'up' ? 1 : 0;
      report.add({
        ...{ name, type: 'uint32', value, tags, place: ['services', binary, host] },
        ...(alias !== undefined && { alias }),
        ...(profile && { profile }),
      });
    }
    report.add({
      ...{ name: `${name}_state`, type: 'string', value: state, tags },
      place: ['states', binary, host],
      profile: 'full',
    });
  }
}

/** Notes the services of all hosts, and how many are in which state. */
export function noteServices(probing: Probing, project: string, services: readonly HostService[]): void {
  noteHosts(probing, services);
  const { report } = probing;
  const inState = (wanted: ServiceState) => services.filter(({ state }) => state === wanted);
  report.set(`${project}_services_up`, inState('up').length);
  report.set(`${project}_services_down`, inState('down').length);
  report.set(`${project}_services_disabled`, inState('disabled').length);
  report.set(
    `${project}_services_down_names`,
    inState('down')
      .slice(0, MOST_NAMED)
      .map(({ binary, host }) => `${binary} on ${host}`)
      .join(', '),
  );
}

const MOST_NAMED = 20;

/** The state of a service that nova or cinder lists. One that its hypervisor switched off by itself is down. */
export function listedState({ status, state, disabled_reason: reason }: Item): ServiceState {
  const isOff = status === 'disabled';
  if (isOff && typeof reason === 'string' && /auto/i.test(reason)) return 'down';
  if (isOff) return 'disabled';
  if (status !== 'enabled' || typeof state !== 'string') return 'unknown';
  return state === 'up' ? 'up' : 'down';
}

/** The text at a key; empty when there is none. Blanks and line ends in it would break a line of metrics. */
export const textIn = (item: Item, key: string): string => {
  const value = item[key];
  return typeof value === 'string' ? value.replace(/[\s\p{Cc}]+/gu, '_') : '';
};

/** States, worst first. */
const WORST: readonly ServiceState[] = ['down', 'unknown', 'up', 'disabled'];

/** The same services, those of one kind on a host together. */
function worstLast(services: readonly HostService[]): readonly HostService[] {
  const byPlace = new Map<string, HostService[]>();
  for (const service of services) {
    const key = placeOf(service);
    byPlace.set(key, [...(byPlace.get(key) ?? []), service]);
  }
  const rank = ({ state }: HostService) => WORST.indexOf(state);
  return [...byPlace.values()].flatMap((all) => all.sort((a, b) => rank(b) - rank(a)));
}

const placeOf = ({ binary, host }: HostService): string => JSON.stringify([binary, host]);

/** Several services of one kind on a host are one service, which is as well as the worst of them. */
export const combined = (services: readonly HostService[]): readonly HostService[] => [
  ...new Map(worstLast(services).map((service) => [placeOf(service), service])).values(),
];
