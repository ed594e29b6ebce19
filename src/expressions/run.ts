import type { Scope } from './contract.ts';
import type { Span } from './fault.ts';
import { Meter } from './limits.ts';
import type { Missing, Result } from './values.ts';

/** A part of an expression, compiled. */
export type Code = (run: Run) => Result;

const NOWHERE: Span = { start: 0, end: 0 };

/** One evaluation. */
export class Run {
  readonly scope: Scope;
  /** Missing data becomes empty text where it is put into texts. */
  readonly isText: boolean;
  /** The part that is being worked out; the place of an error. */
  at: Span;
  /** The first missing data that became empty text. */
  emptied: Missing | undefined;
  // Neither #private nor set where they are declared: both make an object dearer to create, and one is created for each evaluation.
  private kept: Meter | undefined;
  private answers: Map<Span, Result> | undefined;

  constructor(scope: Scope, isText: boolean) {
    this.scope = scope;
    this.isText = isText;
    this.at = NOWHERE;
    this.emptied = undefined;
    this.kept = undefined;
    this.answers = undefined;
  }

  get meter(): Meter {
    this.kept ??= new Meter();
    return this.kept;
  }

  /** What a host or net function, called at this place, has answered. */
  answerAt(place: Span): Result | undefined {
    return this.answers?.get(place);
  }

  keepAnswer(place: Span, answer: Result): void {
    this.answers ??= new Map();
    this.answers.set(place, answer);
  }
}

/**
 * Thrown by a host or net function that has no answer yet. The evaluation stops there, waits, keeps the answer and starts again, so that
 * all code is synchronous and every host or net function is called once.
 */
export class Suspension {
  readonly place: Span;
  readonly ask: () => Promise<Result>;

  constructor(place: Span, ask: () => Promise<Result>) {
    this.place = place;
    this.ask = ask;
  }
}
