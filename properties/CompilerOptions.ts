/** CompilerOptions: how the compiler reads the sources: what `tsconfig.json` says, with what somebody asks for besides. */
import { join } from "node:path"
import typescript from "typescript"

/** The options of a clone's `tsconfig.json`, of which some are others: it says that nothing is written. */
export const of = (root: string, others: typescript.CompilerOptions): typescript.CompilerOptions => {
  const { config } = typescript.readConfigFile(join(root, "tsconfig.json"), typescript.sys.readFile) as {
    readonly config: unknown
  }
  const { options } = typescript.parseJsonConfigFileContent(config, typescript.sys, root)
  return { ...options, noEmit: false, ...others }
}
