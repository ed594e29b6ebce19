/** What is wrong with an expression, for programs. */
export const EXPRESSION_FAULTS = [
  'SYNTAX',
  'NAME',
  'TYPE',
  'ZERO_DIVISION',
  'INDEX',
  'KEY',
  'FORMAT',
  'FUNCTION',
  'LIMIT',
  'FORBIDDEN',
] as const;

export type ExpressionFault = (typeof EXPRESSION_FAULTS)[number];

/** What an expression is evaluated for: a condition, any value, or a text for people, in which missing data is empty. */
export type Purpose = 'condition' | 'value' | 'text';

/** Data that an expression names and that is not there. */
export interface MissingData {
  /** Such as `collector.disk./.free`. */
  readonly path: string;
  /** Why, such as `unknown collector`. */
  readonly reason: string;
}

/** The outcome of an expression. `text` and `truth` are worked out when they are asked for. */
export type Evaluated =
  | {
      readonly type: 'value';
      readonly value: unknown;
      readonly text: string;
      readonly truth: boolean;
      /** In a text: the first data that was missing and became nothing. */
      readonly missing?: MissingData | undefined;
    }
  | ({ readonly type: 'missing' } & MissingData)
  | {
      readonly type: 'error';
      readonly message: string;
      /** Left out when what failed was not the expression itself. */
      readonly code?: ExpressionFault;
      /** Characters from the start of the expression. */
      readonly offset?: number;
      readonly length?: number;
    };
