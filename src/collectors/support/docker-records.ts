import { z } from 'zod';

/** What the API of the engine answers, as far as it is read: https://docs.docker.com/reference/api/engine/. */

const Texts = z.record(z.string(), z.string());
const texts = Texts.nullish().transform((map) => map ?? {});

export const EngineVersion = z.object({ Version: z.string(), ApiVersion: z.string() });

export const ListedContainers = z.array(
  z.object({
    Id: z.string().min(1),
    Names: z.array(z.string()).nullish(),
    Image: z.string().default(''),
    State: z.string().default(''),
  }),
);
export type ListedContainer = z.output<typeof ListedContainers>[number];

const Port = z.object({ HostIp: z.string().optional(), HostPort: z.string().optional() });

export const InspectedContainer = z.object({
  Id: z.string(),
  Name: z.string().default(''),
  Created: z.string().default(''),
  RestartCount: z.number().default(0),
  State: z.object({
    Status: z.string().default(''),
    Pid: z.number().default(0),
    StartedAt: z.string().default(''),
    Health: z.object({ Status: z.string() }).nullish(),
  }),
  Config: z.object({ Image: z.string().default(''), Labels: texts }).default({ Image: '', Labels: {} }),
  Mounts: z
    .array(z.object({ Source: z.string().default(''), Destination: z.string(), RW: z.boolean().default(true) }))
    .nullish(),
  NetworkSettings: z
    .object({
      Ports: z.record(z.string(), z.array(Port).nullable()).nullish(),
      Networks: z.record(z.string(), z.object({ IPAddress: z.string().default('') })).nullish(),
    })
    .nullish(),
});
export type InspectedContainer = z.output<typeof InspectedContainer>;

export const ListedImages = z.array(
  z.object({
    Id: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    Created: z.number().default(0),
    Size: z.number().default(0),
    Labels: texts,
  }),
);

export const EngineEvent = z.object({
  Type: z.string().default(''),
  Actor: z.object({ ID: z.string().default('') }).default({ ID: '' }),
});

/** The name of a container as people use it; the engine writes a slash before it. */
export const nameOf = ({ Id, Names }: Pick<ListedContainer, 'Id' | 'Names'>): string =>
  Names?.[0]?.replace(/^\//, '') || Id.slice(0, 12);

/** How healthy a container says it is; `undefined` for one that has no way to tell. */
export function healthOf({ State }: InspectedContainer): string | undefined {
  const status = State.Health?.Status;
  return status === undefined || status === '' || status === 'none' ? undefined : status;
}

/** A container as it is shown; its environment is left out, as secrets are in there. */
export interface ShownContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly state: string;
  readonly created: string;
  readonly started: string;
  readonly labels: Record<string, string>;
  /** Such as `80/tcp -> 0.0.0.0:8080`. */
  readonly ports: string[];
  /** Addresses by network. */
  readonly networks: Record<string, string>;
  readonly mounts: { readonly source: string; readonly destination: string; readonly writable: boolean }[];
  readonly restart_count: number;
  readonly health: string | null;
}

/** What is shown of a container of which the engine has told everything. */
export function shownContainer(container: InspectedContainer): ShownContainer {
  const { Id, Name, Created, RestartCount, State, Config, Mounts, NetworkSettings } = container;
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    image: Config.Image,
    state: State.Status,
    created: Created,
    started: State.StartedAt,
    labels: Config.Labels,
    ports: Object.entries(NetworkSettings?.Ports ?? {}).flatMap(([port, bound]) => portTexts(port, bound ?? [])),
    networks: Object.fromEntries(
      Object.entries(NetworkSettings?.Networks ?? {}).map(([name, { IPAddress }]) => [name, IPAddress]),
    ),
    mounts: (Mounts ?? []).map(({ Source, Destination, RW }) => ({
      source: Source,
      destination: Destination,
      writable: RW,
    })),
    restart_count: RestartCount,
    health: healthOf(container) ?? null,
  };
}

const portTexts = (port: string, bound: readonly z.output<typeof Port>[]): string[] =>
  bound.length === 0 ? [port] : bound.map(({ HostIp = '', HostPort = '' }) => `${port} -> ${HostIp}:${HostPort}`);

/** An image as it is shown. */
export interface ShownImage {
  readonly id: string;
  readonly tags: string[];
  /** Epoch seconds. */
  readonly created: number;
  readonly size_bytes: number;
  readonly labels: Record<string, string>;
}

/** What is shown of images that the engine lists. */
export const shownImages = (listed: z.output<typeof ListedImages>): ShownImage[] =>
  listed.map(({ Id, RepoTags, Created, Size, Labels }) => ({
    id: Id,
    tags: RepoTags ?? [],
    created: Created,
    size_bytes: Size,
    labels: Labels,
  }));
