/** A run told on a page: as numbered sentences, as a picture, and as Mermaid text. */

import * as Markdown from "../../properties/Markdown.ts"
import { Diagram, Narrative } from "../../properties/report/Reports.ts"
import type * as Trace from "../../properties/trace/Trace.ts"
import * as Page from "../Page.ts"

/** A run on a page: where it starts, what happens, and the pictures of it. */
export interface Scenario {
  readonly opening: string
  readonly sentences: string
  readonly diagrams: ReadonlyArray<string>
  /** The file that the page shows. */
  readonly picture: Page.Document
}

/** Tells a run to the page of a pen; its picture is written to a path of the pages' folder. */
export const tell = ({ say, way }: Page.Pen, run: Trace.Run, path: string, shows: string): Scenario => {
  const { opening, sentences } = Narrative.tell(run)
  const sequence = Diagram.sequence(run)
  return {
    opening: say(opening),
    sentences: Markdown.steps(sentences.map(say)),
    diagrams: [
      Markdown.picture(shows, way(path)),
      Markdown.folded("The same diagram as Mermaid text", Markdown.block("mermaid", Diagram.mermaid(sequence)))
    ],
    picture: Page.picture(path, Diagram.svg(sequence))
  }
}
