/** The interface of the reference provider, as an OpenAPI document. */
import { Api } from "../../impl/http/Http.ts"
import type * as Page from "../Page.ts"

/** The document that a server answers with at `/openapi.json`. */
export const page = (): ReadonlyArray<Page.Document> => [
  { path: "openapi.json", text: `${JSON.stringify(Api.document(), null, 2)}\n` }
]
