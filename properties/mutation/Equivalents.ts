/** Equivalents: survivors that are no fault, for a reason that is written down here: what they do is what the sources do. */

/** A mutant that is the same program in other words. */
export interface Equivalent {
  /** By which it is known, as in the file of what became of mutants. */
  readonly id: string
  readonly file: string
  readonly before: string
  readonly after: string
  /** Why nothing can tell it from the sources. */
  readonly because: string
}

/** Every survivor that is proven to be the same. */
export const proven: ReadonlyArray<Equivalent> = []
