/** What a service looks like to programs made for Mob* Monitor. Pure. */
import type {
  ActionDoc,
  ActionInfo,
  HealthCheckStatus,
  HealthOutcome,
  HealthRecord,
  ServiceStatus,
} from '../model/health.ts';

/** What is said of a check that could not be run; clients compare it word by word. */
export const BROKEN_TEXT = 'Failed to execute the health check. Please review the health check file.';
/** What is said of a check that has never finished. */
export const PENDING_TEXT = 'Health check is currently executing.';

/** The parts of a record that a status is made of. */
export type Standing = Pick<HealthRecord, 'name' | 'outcome' | 'description' | 'actions'>;

/** The number that an answer of Check() stands for: a bool counts as 1 or 0. `undefined` for what is no answer. */
export function codeOf(answer: unknown): number | undefined {
  if (typeof answer === 'boolean') return answer ? 1 : 0;
  return typeof answer === 'number' && Number.isFinite(answer) ? answer : undefined;
}

/** How a check stands whose Check() answered so, and whose Diagnose() found this. */
export function outcomeOf(code: number, diagnosis: Pick<Standing, 'description' | 'actions'>): HealthOutcome {
  if (code < 0) return 'unhealthy';
  const hasNothingToSay = diagnosis.description === '' && diagnosis.actions.length === 0;
  return code === 0 || hasNothingToSay ? 'healthy' : 'quasi';
}

/** Whether a service shows a check: it shows those that are not perfect. */
export const isListed = ({ outcome }: Pick<Standing, 'outcome'>): boolean => outcome !== 'healthy';

/** Whether this counts as health. */
export const isHealth = (outcome: HealthOutcome): boolean => outcome !== 'unhealthy' && outcome !== 'broken';

/** The status of one check. */
export function checkStatus({ name, outcome, description, actions }: Standing): HealthCheckStatus {
  const status = (text: string, offered: readonly ActionDoc[]) => ({
    name,
    health: isHealth(outcome),
    description: text,
    actions: offered.map((action) => action.name),
  });
  switch (outcome) {
    case 'pending':
      return status(PENDING_TEXT, []);
    case 'broken':
      return status(BROKEN_TEXT, []);
    case 'healthy':
      return status('', []);
    case 'quasi':
    case 'unhealthy':
      return status(description, actions);
  }
}

/** The status of a service with these checks. */
export function serviceStatus(service: string, checks: readonly Standing[]): ServiceStatus {
  const listed = checks.filter(isListed).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { service, health: listed.every(({ outcome }) => isHealth(outcome)), healthchecks: listed.map(checkStatus) };
}

/** What is answered about a service that is not known. */
export const unknownService = (service: string): ServiceStatus => ({ service, health: false, healthchecks: [] });

/** What is said of an action: its help, and what it has to be given. */
export function actionInfo({ name, info, parameters }: ActionDoc): ActionInfo {
  return {
    action: name,
    info,
    args: parameters.filter(({ isRequired }) => isRequired).map((parameter) => parameter.name),
    kwargs: Object.fromEntries(
      parameters.filter(({ isRequired }) => !isRequired).map((each) => [each.name, each.defaultValue]),
    ),
  };
}

/** What is answered instead when there is no such action, with the reason in the place of its help. */
export const noActionInfo = (action: string, reason: string): ActionInfo => ({
  action,
  info: reason,
  args: [],
  kwargs: {},
});

/** The action of a check of a service, or why there is none; the reasons are looked for in this order. */
export function findAction(
  services: ReadonlyMap<string, readonly Standing[]>,
  wanted: { readonly service: string; readonly check: string; readonly action: string },
): ActionDoc | string {
  const checks = services.get(wanted.service);
  if (!checks) return 'Service not recognized.';
  if (!checks.some(isListed)) return 'Service is healthy.';
  const check = checks.find(({ name }) => name === wanted.check);
  if (!check) return 'Healthcheck not recognized.';
  if (!isListed(check)) return 'Healthcheck is healthy.';
  return check.actions.find(({ name }) => name === wanted.action) ?? 'Action not recognized.';
}
