import { escaped } from './escape.ts';

/** A service as commands print it. */
export interface Service {
  readonly service: string;
  readonly health: boolean;
  readonly healthchecks: readonly {
    readonly name: string;
    readonly health: boolean;
    readonly description: string;
    readonly actions: readonly string[];
  }[];
}

/** The code of a command that looked at a service: 0 healthy, 1 could be better, 2 unhealthy. */
export const serviceExit = ({ health, healthchecks }: Service): number =>
  health ? Math.min(1, healthchecks.length) : 2;

const WORDS = ['healthy', 'quasi-healthy', 'unhealthy'];

/** A service with those of its checks that are not perfect. */
export function serviceLines(service: Service): string[] {
  const lines = [`${escaped(service.service)}: ${WORDS[serviceExit(service)]}`];
  for (const { name, health, description, actions } of service.healthchecks) {
    const offered = actions.length === 0 ? '' : ` [${actions.join(', ')}]`;
    lines.push(escaped(`  ${health ? '‼' : 'Х'} ${name}: ${description}${offered}`));
  }
  return lines;
}
