/**
 * Layout: how a plain value is packed into 32-bit words. A layout is derived from the description of the value's shape
 * and compiled, so that packing and unpacking cost about as much as copying the fields.
 */

/** The shape of a value, with the bounds that decide how many bits each part needs. */
export type Shape<A> = Node & { readonly "~type"?: (value: A) => A }

/** What a shape is made of. */
export type Node =
  | { readonly _tag: "Int"; readonly min: number; readonly max: number }
  | { readonly _tag: "Literals"; readonly literals: ReadonlyArray<string | number | boolean> }
  | { readonly _tag: "Struct"; readonly fields: Readonly<Record<string, Node>> }
  | { readonly _tag: "List"; readonly item: Node; readonly max: number }

/** A whole number from `min` to `max`, both included. */
export const int = (min: number, max: number): Shape<number> => ({ _tag: "Int", min, max })

/** One of a few strings. */
export const literals = <const A extends string>(values: ReadonlyArray<A>): Shape<A> => ({
  _tag: "Literals",
  literals: values
})

/** One of a few numbers. */
export const values = (numbers: ReadonlyArray<number>): Shape<number> => ({ _tag: "Literals", literals: numbers })

/** True or false. */
export const boolean: Shape<boolean> = { _tag: "Literals", literals: [false, true] }

/** A record of named parts. */
export const struct = <A extends object>(fields: { readonly [K in keyof A]-?: Shape<A[K]> }): Shape<A> => ({
  _tag: "Struct",
  fields: fields as Readonly<Record<string, Node>>
})

/** At most `max` items of one shape. */
export const list = <A>(item: Shape<A>, max: number): Shape<ReadonlyArray<A>> => ({ _tag: "List", item, max })

/** A compiled layout: `words` per value, and the two directions. `encode` throws on a value outside the shape. */
export interface Layout<A> {
  readonly words: number
  readonly bits: number
  readonly encode: (value: A, keys: Uint32Array, offset: number) => void
  readonly decode: (keys: Uint32Array, offset: number) => A
}

const bitsFor = (count: number): number => (count <= 1 ? 0 : 32 - Math.clz32(count - 1))

interface Slot {
  readonly word: number
  readonly shift: number
  readonly width: number
}

export const compile = <A>(shape: Shape<A>): Layout<A> => {
  let bit = 0
  let names = 0
  const place = (width: number): Slot => {
    if ((bit & 31) + width > 32) bit = (bit + 31) & ~31
    const slot = { word: bit >>> 5, shift: bit & 31, width }
    bit += width
    return slot
  }
  const fresh = (): string => `v${names++}`
  const write = (slot: Slot, value: string): string =>
    slot.width === 0 ? "" : `w${slot.word}|=${slot.shift === 0 ? value : `(${value})<<${slot.shift}`};`
  const read = (slot: Slot): string =>
    slot.width === 0
      ? "0"
      : slot.width === 32
        ? `k[o+${slot.word}]`
        : `(k[o+${slot.word}]>>>${slot.shift}&${2 ** slot.width - 1})`

  // Encode is a list of statements, decode an expression; both visit the parts in the same order.
  const visit = (node: Node, value: string, path: string): { readonly encode: string; readonly decode: string } => {
    switch (node._tag) {
      case "Int": {
        const slot = place(bitsFor(node.max - node.min + 1))
        const name = fresh()
        return {
          encode:
            `const ${name}=${value}-(${node.min});` +
            `if(!(${name}>=0&&${name}<=${node.max - node.min}))bad(${JSON.stringify(path)},${value},${JSON.stringify(`${node.min} to ${node.max}`)});` +
            write(slot, name),
          decode: `${read(slot)}+(${node.min})`
        }
      }
      case "Literals": {
        const slot = place(bitsFor(node.literals.length))
        const name = fresh()
        const table = JSON.stringify(node.literals)
        const pick = node.literals.map((literal, index) => `${name}===${JSON.stringify(literal)}?${index}:`).join("")
        const literalTable = fresh()
        constants.push(`const ${literalTable}=${table};`)
        return {
          encode: `const ${name}=${value};${write(slot, `(${pick}bad(${JSON.stringify(path)},${name},${JSON.stringify(node.literals.join(", "))}))`)}`,
          decode:
            node.literals.length === 2 && node.literals[0] === false
              ? `${read(slot)}===1`
              : `${literalTable}[${read(slot)}]`
        }
      }
      case "Struct": {
        const parts = Object.entries(node.fields).map(([key, field]) => {
          const part = visit(field, `${value}.${key}`, `${path}.${key}`)
          return { key, ...part }
        })
        return {
          encode: parts.map((part) => part.encode).join(""),
          decode: `{${parts.map((part) => `${JSON.stringify(part.key)}:${part.decode}`).join(",")}}`
        }
      }
      case "List": {
        const slot = place(bitsFor(node.max + 1))
        const name = fresh()
        const items: Array<{ readonly encode: string; readonly decode: string }> = []
        for (let i = 0; i < node.max; i++) {
          const item = fresh()
          const inner = visit(node.item, item, `${path}[${i}]`)
          items.push({
            encode: `if(${name}.length>${i}){const ${item}=${name}[${i}];${inner.encode}}`,
            decode: inner.decode
          })
        }
        // A list decodes to one literal per length, so that arrays are packed and of known size.
        const length = read(slot)
        const decode = items.reduceRight(
          (longer, _, i) =>
            `${length}===${i}?[${items
              .slice(0, i)
              .map((item) => item.decode)
              .join(",")}]:${longer}`,
          `[${items.map((item) => item.decode).join(",")}]`
        )
        return {
          encode:
            `const ${name}=${value};if(${name}.length>${node.max})bad(${JSON.stringify(path)},${name}.length,"at most ${node.max} items");` +
            write(slot, `${name}.length`) +
            items.map((item) => item.encode).join(""),
          decode: `(${decode})`
        }
      }
    }
  }
  const constants: Array<string> = []
  const whole = visit(shape, "s", "state")
  const words = Math.max(1, (bit + 31) >>> 5)
  const locals = Array.from({ length: words }, (_, i) => `w${i}`)
  const bad = (path: string, found: unknown, expected: string): never => {
    throw new RangeError(`${path} expected ${expected}, got ${String(found)}`)
  }
  const make = new Function(
    "bad",
    `${constants.join("")}return{encode:(s,k,o)=>{let ${locals.map((w) => `${w}=0`).join(",")};${whole.encode}` +
      `${locals.map((w, i) => `k[o+${i}]=${w};`).join("")}},decode:(k,o)=>(${whole.decode})}`
  )
  return { words, bits: bit, ...make(bad) }
}
