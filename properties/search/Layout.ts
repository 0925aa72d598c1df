/**
 * Layout: how a value is packed into 32-bit words. A layout is derived from the shape of the value and compiled, so that
 * packing and unpacking cost about as much as copying the fields.
 *
 * What the shape says is the same is packed into the same words: times are packed by their distance from now, what is in
 * a bag is sorted, and of all renumberings of interchangeable parts the one whose words are least stands for the others.
 */
import type { Calendar, Kind, Node, Relevance, Renumbering, Seeing, Shape, Timed } from "./Shape.ts"

/** A compiled layout: `words` per value, and the two directions. Packing throws on a value outside the shape. */
export interface Layout<A> {
  readonly words: number
  readonly bits: number
  /** Writes the words of a value to an offset. */
  readonly encode: (value: A, keys: Uint32Array, offset: number) => void
  /** The value that stands for all that have these words. */
  readonly decode: (keys: Uint32Array, offset: number) => A
}

const bitsFor = (count: number): number => (count <= 1 ? 0 : 32 - Math.clz32(count - 1))

const text = (value: unknown): string => JSON.stringify(value)

/** Code that packs a part, statement by statement, and an expression that unpacks it. */
interface Part {
  readonly encode: string
  readonly decode: string
}

/** Where the bits of parts go: the words of a value, or those of one item of a bag. */
interface Room {
  readonly place: (width: number) => { readonly write: (value: string) => string; readonly read: string }
  readonly words: () => number
  readonly bits: () => number
  readonly locals: () => ReadonlyArray<string>
}

const secondsPerDay = 86_400

/** Builds the code of a layout. Names are unique within it. */
const builder = () => {
  let names = 0
  const constants: Array<string> = []
  const fresh = (prefix: string): string => `${prefix}${names++}`

  /** Room whose words are held in locals while packing, and read at an offset while unpacking. */
  const makeRoom = (at: string): Room => {
    const prefix = fresh("w")
    let bit = 0
    const words = (): number => (bit + 31) >>> 5
    return {
      words,
      bits: () => bit,
      locals: () => Array.from({ length: words() }, (_, index) => `${prefix}_${index}`),
      place: (width) => {
        if ((bit & 31) + width > 32) bit = (bit + 31) & ~31
        const [word, shift] = [bit >>> 5, bit & 31]
        bit += width
        if (width === 0) return { write: () => "", read: "0" }
        const local = `${prefix}_${word}`
        const from = `k[${at}+${word}]`
        return {
          write: (value) => `${local}|=${shift === 0 ? value : `(${value})<<${shift}`};`,
          read: width === 32 ? from : `(${from}>>>${shift}&${2 ** width - 1})`
        }
      }
    }
  }

  const outside = (path: string, value: string, expected: string): string =>
    `bad(${text(path)},${value},${text(expected)})`

  /** A number from 0 to `count` - 1, under a name. */
  const small = (
    room: Room,
    path: string,
    count: number,
    value: string,
    expected: string,
    decode: (x: string) => string,
    found?: string
  ): Part => {
    const slot = room.place(bitsFor(count))
    const name = fresh("v")
    return {
      encode: `const ${name}=${value};if(!(${name}>=0&&${name}<${count}))${outside(path, found ?? name, expected)};${slot.write(name)}`,
      decode: decode(slot.read)
    }
  }

  const literals = (
    room: Room,
    path: string,
    options: ReadonlyArray<string | number | boolean>,
    value: string
  ): Part => {
    const slot = room.place(bitsFor(options.length))
    const name = fresh("v")
    const pick = options.map((option, index) => `${name}===${text(option)}?${index}:`).join("")
    const written = `(${pick}${outside(path, name, options.map(String).join(", "))})`
    if (options.length === 1) {
      return {
        encode: `const ${name}=${value};if(${name}!==${text(options[0])})${outside(path, name, String(options[0]))};`,
        decode: text(options[0])
      }
    }
    if (options.length === 2 && options[0] === false) {
      return { encode: `const ${name}=${value};${slot.write(written)}`, decode: `${slot.read}===1` }
    }
    const table = fresh("t")
    constants.push(`const ${table}=${text(options)};`)
    return { encode: `const ${name}=${value};${slot.write(written)}`, decode: `${table}[${slot.read}]` }
  }

  const fields = (room: Room, path: string, parts: Readonly<Record<string, Node>>, value: string): Part => {
    const visited = Object.entries(parts).map(([key, node]) => ({
      key,
      ...visit(room, `${path}.${key}`, node, `${value}.${key}`, value)
    }))
    return {
      encode: visited.map(({ encode }) => encode).join(""),
      decode: `{${visited.map(({ decode, key }) => `${text(key)}:${decode}`).join(",")}}`
    }
  }

  const list = (room: Room, path: string, item: Node, max: number, value: string): Part => {
    const slot = room.place(bitsFor(max + 1))
    const name = fresh("v")
    const items = Array.from({ length: max }, (_, index) => {
      const part = fresh("v")
      const { decode, encode } = visit(room, `${path}[${index}]`, item, part, part)
      return { encode: `if(${name}.length>${index}){const ${part}=${name}[${index}];${encode}}`, decode }
    })
    // A list decodes to one literal for each length, so that arrays are packed and of known size.
    const lengths = items.map(
      (_, length) => `${slot.read}===${length}?[${items.slice(0, length).map(({ decode }) => decode)}]:`
    )
    return {
      encode:
        `const ${name}=${value};if(${name}.length>${max})${outside(path, `${name}.length`, `at most ${max} items`)};` +
        `${slot.write(`${name}.length`)}${items.map(({ encode }) => encode).join("")}`,
      decode: `(${lengths.join("")}[${items.map(({ decode }) => decode)}])`
    }
  }

  const each = (room: Room, path: string, kind: Kind, item: Node, count: number, value: string): Part => {
    const name = fresh("v")
    const items = Array.from({ length: count }, (_, index) => {
      const part = fresh("v")
      const { decode, encode } = visit(room, `${path}[${index}]`, item, part, part)
      return { encode: `{const ${part}=${name}[from.${kind}[${index}]];${encode}}`, decode }
    })
    return {
      encode: `const ${name}=${value};if(${name}.length!==${count})${outside(path, `${name}.length`, `${count} items`)};${items.map(({ encode }) => encode).join("")}`,
      decode: `[${items.map(({ decode }) => decode)}]`
    }
  }

  const bags: Array<{ readonly words: number; readonly max: number }> = []
  /** The words that bags take, each item in words of its own, so that items can be compared and sorted as they are. */
  const bag = (path: string, item: Node, max: number, keeps: Relevance | undefined, value: string): Part => {
    const [name, index, one, base, kept] = [fresh("v"), fresh("i"), fresh("v"), fresh("b"), fresh("n")]
    const number = bags.length
    const decoder = fresh("d")
    const inside = makeRoom("p")
    // A slot that is taken is told by its first bit.
    const taken = inside.place(1)
    const part = visit(inside, `${path}[]`, item, one, one)
    const words = inside.words()
    bags.push({ words, max })
    constants.push(`const ${decoder}=(k,p,now,step,day)=>(${part.decode});`)
    const locals = inside.locals()
    const isLess = locals.reduceRight(
      (rest, local, word) => `(k[j-${words - word}]>${local}||(k[j-${words - word}]===${local}&&${rest}))`,
      "false"
    )
    const moved = locals.map((_, word) => `k[j+${word}]=k[j-${words - word}];`).join("")
    return {
      encode:
        `const ${name}=${value},${base}=o+BASE${number};let ${kept}=0;` +
        `for(let ${index}=0;${index}<${name}.length;${index}++){const ${one}=${name}[${index}];` +
        `${keeps === undefined ? "" : `if(!${given(keeps)}(${one},s))continue;`}` +
        `if(${kept}===${max})${outside(path, `${name}.length`, `at most ${max} items`)};` +
        `let ${locals.map((local) => `${local}=0`).join(",")};${taken.write("1")}${part.encode}` +
        `${locals.map((local) => `${local}>>>=0;`).join("")}` +
        `let j=${base}+${kept}*${words};while(j>${base}&&${isLess}){${moved}j-=${words};}` +
        `${locals.map((local, word) => `k[j+${word}]=${local};`).join("")}${kept}++}` +
        `for(let j=${base}+${kept}*${words};j<${base}+${max * words};j++)k[j]=0;`,
      decode: `bagOf(${decoder},k,o+BASE${number},${words},${max},now,step,day)`
    }
  }

  const functions: Array<Relevance | Seeing> = []
  const given = (one: Relevance | Seeing): string => `given[${functions.push(one) - 1}]`

  const visit = (room: Room, path: string, node: Node, value: string, owner: string): Part => {
    switch (node._tag) {
      case "Forgotten":
        return { encode: "", decode: text(node.value) }
      case "Seen": {
        const name = fresh("v")
        const part = visit(room, path, node.part, name, owner)
        return { encode: `const ${name}=${given(node.as)}(${value},${owner},s);${part.encode}`, decode: part.decode }
      }
      case "Int": {
        const { max, min } = node
        return small(room, path, max - min + 1, `${value}-(${min})`, `${min} to ${max}`, (x) => `${x}+(${min})`, value)
      }
      case "Literals":
        return literals(room, path, node.literals, value)
      case "Struct":
        return fields(room, path, node.fields, value)
      case "List":
        return list(room, path, node.item, node.max, value)
      case "Bag":
        return bag(path, node.item, node.max, node.keeps, value)
      case "Each":
        return each(room, path, node.kind, node.item, node.count, value)
      case "Ref":
        return small(
          room,
          path,
          node.count + 1,
          `${value}<0?0:to.${node.kind}[${value}]+1`,
          `one of ${node.count}, or none`,
          (x) => `${x}-1`
        )
      case "Instant": {
        const { ahead, far, until } = node
        const x = fresh("x")
        temporaries.push(x)
        const isEver = far === Number.POSITIVE_INFINITY
        const last = ahead + until + 2
        const clipped = `(now-${value}<${until}?now-${value}:${until})`
        const age = isEver ? clipped : `(now-${value}<${far}?${clipped}:${until + 1})`
        const near = `now+${1 + ahead}-${x}`
        const read = (word: string): string =>
          `(${x}=${word})===0?-1:${isEver ? near : `${x}===${last}?now-${far}:${near}`}`
        const count = isEver ? last : last + 1
        return small(room, path, count, `${value}<0?0:${1 + ahead}+${age}`, "an instant that is past", read)
      }
      case "Step": {
        const { ahead, far, past } = node
        const x = fresh("x")
        temporaries.push(x)
        const last = past + ahead + 3
        const distance = `${value}-step`
        return small(
          room,
          path,
          last + 1,
          `${value}<0?0:${distance}<-${past}?1:${distance}>${ahead}?${last}:${distance}+${past + 2}`,
          "a step",
          (read) => `(${x}=${read})===0?-1:${x}===${last}?step+${far}:step+${x}-${past + 2}`
        )
      }
      case "Day": {
        const x = fresh("x")
        temporaries.push(x)
        return small(
          room,
          path,
          4,
          `${value}<0?0:${value}<day?1:${value}-day+2`,
          "a day up to tomorrow",
          (read) => `(${x}=${read})===0?-1:day+${x}-2`
        )
      }
    }
  }
  const temporaries: Array<string> = []
  return { makeRoom, visit, constants, bags, temporaries, small, functions }
}

const bad = (path: string, found: unknown, expected: string): never => {
  throw new RangeError(`${path} expected ${expected}, got ${String(found)}`)
}

/** Unpacks a bag: the slots that are taken come first. */
const bagOf = <A>(
  decode: (keys: Uint32Array, at: number, now: number, step: number, day: number) => A,
  keys: Uint32Array,
  at: number,
  words: number,
  max: number,
  now: number,
  step: number,
  day: number
): ReadonlyArray<A> => {
  const items: Array<A> = []
  for (let index = 0; index < max; index++) {
    const p = at + index * words
    if (keys[p] === 0) break
    items.push(decode(keys, p, now, step, day))
  }
  return items
}

type Maps = Readonly<Record<Kind, ReadonlyArray<number>>>

interface Compiled<A> {
  readonly words: number
  readonly bits: number
  readonly encode: (value: A, keys: Uint32Array, offset: number, to: Maps, from: Maps) => void
  readonly decode: (keys: Uint32Array, offset: number) => A
}

/** The code that finds the clock of a value, and the words that say what time it is. */
const clockCode = (
  build: ReturnType<typeof builder>,
  room: Room,
  { far, midnight, near, over, step, utcOffset }: Calendar
): Part => {
  // Far from midnight it may as well be one time of day, and after it the beginning of the day.
  const end = midnight + over
  const [before, after] = [Math.floor((midnight - far) / step) * step, Math.ceil(end / step) * step]
  const isNear = `now<${end}&&now>=${midnight - near}`
  const zone = build.small(room, "now", 3, `now>=${end}?2:${isNear}?1:0`, "a time", (x) => x)
  const place = build.small(
    room,
    "now",
    Math.max(step, near + over + 1),
    `${isNear}?${end}-now:now%${step}`,
    "a time",
    (x) => x
  )
  const times = `step=Math.floor(now/${step}),day=Math.floor((now+${utcOffset})/${secondsPerDay})`
  return {
    encode: `const now=s.now,${times};${zone.encode}${place.encode}`,
    decode: `const zone=${zone.decode},place=${place.decode},now=zone===1?${end}-place:(zone===0?${before}:${after})+place,${times};`
  }
}

const generate = <A>(shape: Node, calendar: Calendar | undefined): Compiled<A> => {
  const build = builder()
  const room = build.makeRoom("o")
  const clock =
    calendar === undefined
      ? { encode: "const now=0,step=0,day=0;", decode: "const now=0,step=0,day=0;" }
      : clockCode(build, room, calendar)
  const whole = build.visit(room, "value", shape, "s", "s")
  const head = Math.max(1, room.words())
  const locals = Array.from({ length: head }, (_, word) => room.locals()[word] ?? "0")
  let words = head
  const bases = build.bags.map(({ max, words: each }) => {
    const base = words
    words += max * each
    return base
  })
  const placed = (code: string): string =>
    code.replace(/BASE(\d+)/g, (_, number: string) => String(bases[Number(number)]))
  const temporaries = build.temporaries.length === 0 ? "" : `let ${build.temporaries.join(",")};`
  const declared =
    room.locals().length === 0
      ? ""
      : `let ${room
          .locals()
          .map((local) => `${local}=0`)
          .join(",")};`
  const value = calendar === undefined ? whole.decode : whole.decode.replace("{", '{"now":now,')
  const code =
    `${temporaries}${placed(build.constants.join(""))}return{encode:(s,k,o,to,from)=>{${declared}${clock.encode}${placed(whole.encode)}` +
    `${locals.map((local, word) => `k[o+${word}]=${local};`).join("")}},` +
    `decode:(k,o)=>{${clock.decode}return ${placed(value)}}}`
  const bits = room.bits() + build.bags.reduce((sum, { max, words: each }) => sum + max * each * 32, 0)
  return { words, bits, ...new Function("bad", "bagOf", "given", code)(bad, bagOf, build.functions) }
}

const inverse = (renumbered: ReadonlyArray<number>): ReadonlyArray<number> => {
  const from: Array<number> = []
  for (const [index, number] of renumbered.entries()) from[number] = index
  return from
}

const ofKinds = (list: (kind: Kind) => ReadonlyArray<number>): Renumbering => ({
  account: list("account"),
  phone: list("phone"),
  merchant: list("merchant")
})

const invert = (renumbering: Renumbering): Renumbering => ofKinds((kind) => inverse(renumbering[kind]))

/** Of two packed values, whether the first is the lesser. */
const isLess = (a: Uint32Array, b: Uint32Array, words: number): boolean => {
  for (let word = 0; word < words; word++) {
    if (a[word] !== b[word]) return a[word]! < b[word]!
  }
  return false
}

const inOrder = Array.from({ length: 32 }, (_, index) => index)

const unmoved = ofKinds(() => inOrder)

/** Compiles the layout of values without a clock. */
export const compile = <A>(shape: Shape<A>): Layout<A> => {
  const { bits, decode, encode, words } = generate<A>(shape, undefined)
  return { bits, words, decode, encode: (value, keys, offset) => encode(value, keys, offset, unmoved, unmoved) }
}

/** Compiles the layout of values with a clock, of which some are renumberings of each other. */
export const compileTimed = <A extends { readonly now: number }>({
  calendar,
  renumberings,
  shape
}: Timed<A>): Layout<A> => {
  const { bits, decode, encode, words } = generate<A>(shape, calendar)
  const [first, ...others] = renumberings.map((to) => ({ to, from: invert(to) }))
  const { from, to } = first ?? { to: unmoved, from: unmoved }
  if (others.length === 0) {
    return { bits, words, decode, encode: (value, keys, offset) => encode(value, keys, offset, to, from) }
  }
  const scratch = { least: new Uint32Array(words), other: new Uint32Array(words) }
  return {
    bits,
    words,
    decode,
    encode: (value, keys, offset) => {
      encode(value, scratch.least, 0, to, from)
      for (const renumbering of others) {
        encode(value, scratch.other, 0, renumbering.to, renumbering.from)
        if (isLess(scratch.other, scratch.least, words)) {
          const { least, other } = scratch
          scratch.least = other
          scratch.other = least
        }
      }
      const { least } = scratch
      for (let word = 0; word < words; word++) keys[offset + word] = least[word]!
    }
  }
}
