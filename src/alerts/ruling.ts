import type { AlertingSettings } from '../config/alerting-schema.ts';
import type { Alert } from '../model/alert.ts';
import { type CompileTest, type Direction, Routes, type Way } from './routes.ts';

/** What people wrote of alerting, as it is in effect. */
export class Ruling {
  readonly #compile: CompileTest;
  #settings: AlertingSettings;
  #routes: Routes;
  /** Problems are not told before this; epoch milliseconds. */
  graceUntil = 0;

  constructor(settings: AlertingSettings, compile: CompileTest) {
    this.#compile = compile;
    this.#settings = settings;
    this.#routes = new Routes(settings, compile);
  }

  get settings(): AlertingSettings {
    return this.#settings;
  }

  /** Puts other settings in effect. Throws `expression`, changing nothing, when a route cannot be read. */
  replace(settings: AlertingSettings): void {
    this.#routes = new Routes(settings, this.#compile);
    this.#settings = settings;
  }

  /** Where an alert goes. */
  directionOf(alert: Alert): Direction {
    return this.#routes.directionOf(alert);
  }

  /** How the end of a problem goes to a handler to which no route leads any more. */
  get wayBack(): Way {
    const { group_by: groupBy, group_wait: groupWaitMs, group_interval: groupIntervalMs } = this.#settings;
    return { groupBy, groupWaitMs, groupIntervalMs, repeatMs: 0, isEscalation: false, quietUntil: () => null };
  }
}

/** The way on which a handler is told, if there is one. */
export const wayTo = ({ ways, everybody }: Direction, handler: string): Way | undefined =>
  ways.get(handler) ?? everybody ?? undefined;
