import { z } from 'zod';
import { messageOf, systemCode } from '../base/errors.ts';
import { toRate } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { askService, SERVICE_KEYS } from '../plugins/service.ts';
import { known } from '../plugins/trees.ts';
import { nested, sumKeys, sumOf, valueKeys } from './support/cgroup-values.ts';
import { engineAt } from './support/docker-engine.ts';
import { healthOf, nameOf } from './support/docker-records.ts';
import { ContainerUse } from './support/docker-use.ts';
import { type EngineView, EngineWatch } from './support/docker-watch.ts';

const gauge = (key: string, meaning: string): KeyDoc => ({ key, kind: 'gauge', unit: '', meaning });
const info = (key: string, meaning: string): KeyDoc => ({ key, kind: 'info', unit: '', meaning });

export default defineCollector({
  name: 'docker',
  description: 'The containers of Docker or Podman, and what each of them takes.',
  group: 'docker-host',
  pack: 'docker-host',
  options: z.object({
    socket: z.string().default('').describe('Unix socket of the engine; empty: that of Docker, else that of Podman.'),
    max_containers: z
      .int()
      .min(0)
      .max(1_000)
      .default(200)
      .describe('More running containers than these are only counted.'),
  }),
  keys: [
    ...SERVICE_KEYS,
    info('version', 'Version of the engine.'),
    info('api_version', 'Version of its API.'),
    gauge('running', 'Containers that run.'),
    gauge('paused', 'Containers that are paused.'),
    gauge('stopped', 'Containers that neither run nor are paused.'),
    gauge('total', 'Containers there are.'),
    gauge('images', 'Images there are.'),
    { key: 'events/s', kind: 'rate', unit: '1/s', meaning: 'Changes of containers and images.' },
    info('containers.*.id', 'Its id. The second segment is the name of the container.'),
    info('containers.*.image', 'Image it was made from.'),
    info('containers.*.state', 'Is `running`.'),
    info('containers.*.health', 'Is `healthy`, `unhealthy` or `starting`; absent when it has no health check.'),
    gauge('containers.*.restart_count', 'How often the engine has started it again.'),
    info('containers.*.started_at', 'When it was started.'),
    ...valueKeys('containers.*'),
    // The count has the name `images` already, so these branches have a name with a dot.
    ...sumKeys('*').map((key) => ({
      ...key,
      meaning: `${key.meaning} Sum over the containers of \`images.<image>\`.`,
    })),
  ],

  configure: ({ socket, max_containers: mostRunning }) => {
    const watch = new EngineWatch();
    const use = new ContainerUse();
    return (host, signal) =>
      askService(host, signal, {
        async ask(limited) {
          try {
            const looking = { host, signal: limited, engine: await engineAt(host, socket) };
            const view = await watch.look({ ...looking, mostRunning });
            const running = Array.from(view.running.values(), ({ Id, State }) => ({ id: Id, pid: State.Pid }));
            return treeOf(view, await use.of(running, looking));
          } catch (error) {
            const code = systemCode(error);
            if (code !== 'EACCES' && code !== 'EPERM') throw error;
            const help = 'add the user of the agent to the group docker';
            throw new NotEligible(`the engine may not be asked; ${help}: ${messageOf(error)}`, { cause: error });
          }
        },
      });
  },
});

type Use = ReadonlyMap<string, ReadonlyMap<string, number>>;

function treeOf(view: EngineView, use: Use): Metrics {
  const { version, apiVersion, images, containers, eventsPerS } = view;
  const inState = (state: string) => containers.filter(({ State }) => State === state).length;
  const [running, paused] = [inState('running'), inState('paused')];
  return known({
    ...{ version, api_version: apiVersion, running, paused },
    stopped: containers.length - running - paused,
    total: containers.length,
    images,
    'events/s': eventsPerS === undefined ? undefined : toRate(eventsPerS),
    containers: containersOf(view, use),
    ...imagesOf(view, use),
  });
}

function containersOf({ containers, running }: EngineView, use: Use): Metrics {
  const trees = containers.flatMap((listed): [string, Metrics][] => {
    const inspected = running.get(listed.Id);
    if (!inspected) return [];
    const about = known({
      id: listed.Id,
      image: listed.Image,
      state: listed.State,
      health: healthOf(inspected),
      restart_count: inspected.RestartCount,
      started_at: inspected.State.StartedAt,
    });
    return [[nameOf(listed), { ...about, ...nested(use.get(listed.Id) ?? new Map()) }]];
  });
  return Object.fromEntries(trees);
}

function imagesOf({ containers }: EngineView, use: Use): Record<string, Metrics> {
  const byImage = new Map<string, ReadonlyMap<string, number>[]>();
  for (const { Id, Image } of containers) {
    const values = use.get(Id);
    if (values) byImage.set(Image, [...(byImage.get(Image) ?? []), values]);
  }
  return Object.fromEntries(Array.from(byImage, ([image, groups]) => [`images.${image}`, nested(sumOf(groups))]));
}
