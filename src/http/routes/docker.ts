import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import { ContainerJson, ContainerStatsJson, ContainersJson, EngineJson, ImageJson } from '../schemas/docker.ts';

const Container = z.strictObject({
  id: z
    .string()
    .regex(/^[a-zA-Z0-9][\w.-]{0,127}$/, 'write a name, an id or its beginning')
    .describe('name, id, or a beginning of the id'),
});
const Image = z.strictObject({ id: z.string().min(1).max(300).describe('tag, id, or a beginning of the id') });

/** The containers of this node. All of these are `not_found` where no engine answers. */
export const dockerRoutes = ({ docker }: Pick<ApiParts, 'docker'>) => ({
  'GET /docker': route({
    access: 'read',
    summary: 'Whether an engine of containers answers, and what it has.',
    answer: EngineJson,
    handle: ({ signal }) => docker.engine(signal),
  }),
  'GET /docker/containers': route({
    access: 'read',
    summary: 'Every container of this node, without its environment.',
    answer: ContainersJson,
    handle: async ({ signal }) =>
      Object.fromEntries((await docker.containers(signal)).map((container) => [container.id, container])),
  }),
  'GET /docker/containers/:id': route({
    access: 'read',
    summary: 'One container of this node.',
    params: Container,
    answer: ContainerJson,
    handle: ({ params, signal }) => docker.container(params.id, signal),
  }),
  'GET /docker/images': route({
    access: 'read',
    summary: 'Every image of this node.',
    answer: z.array(ImageJson),
    handle: async ({ signal }) => [...(await docker.images(signal))],
  }),
  'GET /docker/images/:id*': route({
    access: 'read',
    summary: 'One image of this node.',
    params: Image,
    answer: ImageJson,
    async handle({ params: { id }, signal }) {
      const isMeant = (image: ImageJson) => image.tags.includes(id) || bare(image.id).startsWith(bare(id));
      const image = (await docker.images(signal)).find(isMeant);
      if (image) return image;
      throw new OpsbroError('not_found', `no image has the tag or id "${id}"`);
    },
  }),
  'GET /docker/stats': route({
    access: 'read',
    summary: 'What each running container uses, and those of an image together.',
    answer: ContainerStatsJson,
    handle: () => docker.stats(),
  }),
});

const bare = (id: string): string => id.replace(/^sha256:/, '');
