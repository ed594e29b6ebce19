/** Where our zone is in the tree of zones. */
export interface ZonePlace {
  /** The direct parent of our zone, if it has one. */
  readonly parent: string | undefined;
  /** Whether a zone is directly below ours. */
  isChild(zone: string): boolean;
  /** Whether a zone is `top` or below it. */
  isWithin(zone: string, top: string): boolean;
}
