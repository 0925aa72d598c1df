/** `paycode/vectors`: the known answers of `spec/vectors`, decoded. */
import "./Supported.ts"

export * from "../impl/vectors/Vectors.ts"
