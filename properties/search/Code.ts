/**
 * Code: a layout as JavaScript. Each part of a shape becomes statements that pack it, and an expression that unpacks it;
 * put together and compiled they cost about as much as copying the fields.
 *
 * In the code `s` is the value, `k` are the words, `o` is the offset, `to` and `from` are a renumbering and its inverse,
 * and `now`, `step` and `day` are what the clock of the value says.
 */
import type { Calendar, Node, Relevance, Seeing } from "./Shape.ts"
import * as Words from "./Words.ts"

/** A renumbering of every kind, and its inverse. */
export interface Maps {
  readonly to: Readonly<Record<string, ReadonlyArray<number>>>
  readonly from: Readonly<Record<string, ReadonlyArray<number>>>
}

/** A layout that was generated: the words of a value, and the two directions. */
export interface Generated<A> {
  readonly words: number
  readonly bits: number
  /** How many parts there are of each kind. */
  readonly kinds: ReadonlyMap<string, number>
  readonly encode: (value: A, keys: Uint32Array, offset: number, by: Maps) => void
  readonly decode: (keys: Uint32Array, offset: number) => A
}

/** What is collected while the parts of a shape are gone through. */
interface Code {
  /** How many names were given out: each is given once. */
  names: number
  readonly constants: Array<string>
  /** Variables that expressions use in between. */
  readonly temporaries: Array<string>
  /** Functions of the shape that the code calls. */
  readonly functions: Array<Relevance | Seeing>
  /** The words of one item of each bag, and the most items. */
  readonly bags: Array<{ readonly words: number; readonly max: number }>
  readonly kinds: Map<string, number>
}

/** Code that packs a part, statement by statement, and an expression that unpacks it. */
interface Part {
  readonly encode: string
  readonly decode: string
}

/** Where a part stands: the words that its bits go to, its path for errors, and expressions for it and its owner. */
interface Site {
  readonly words: Words.Words
  readonly path: string
  readonly value: string
  /** The record or item that the part belongs to. */
  readonly owner: string
}

type Of<Tag extends Node["_tag"]> = Extract<Node, { readonly _tag: Tag }>

const text = (value: unknown): string => JSON.stringify(value)

const fresh = (code: Code, prefix: string): string => `${prefix}${code.names++}`

const temporary = (code: Code): string => {
  const name = fresh(code, "x")
  code.temporaries.push(name)
  return name
}

/** An expression for a function of the shape. */
const given = (code: Code, one: Relevance | Seeing): string => `given[${code.functions.push(one) - 1}]`

/** An expression that throws. */
const outside = (path: string, value: string, expected: string): string =>
  `bad(${text(path)},${value},${text(expected)})`

const bad = (path: string, found: unknown, expected: string): never => {
  throw new RangeError(`${path} expected ${expected}, got ${String(found)}`)
}

// ---------------------------------------------------------------------------------------------------------------------
// Numbers and words
// ---------------------------------------------------------------------------------------------------------------------

/** How a part is packed as a number from 0 to `count` - 1. */
interface Small {
  readonly count: number
  /** The number, as an expression, and what unpacks it. */
  readonly value: string
  readonly decode: (number: string) => string
  /** For errors: what is expected, and an expression for what was found, if it is not the number. */
  readonly expected: string
  readonly found?: string
}

const small = (code: Code, { path, words }: Site, { count, decode, expected, found, value }: Small): Part => {
  const slot = Words.place(words, Words.bitsFor(count))
  const name = fresh(code, "v")
  const refusal = outside(path, found ?? name, expected)
  return {
    encode: `const ${name}=${value};if(${name}>>>0!==${name}||${name}>=${count})${refusal};${slot.write(name)}`,
    decode: decode(slot.read)
  }
}

const int = (code: Code, { max, min }: Of<"Int">, site: Site): Part => {
  const { value } = site
  return small(code, site, {
    count: max - min + 1,
    value: `${value}-(${min})`,
    expected: `${min} to ${max}`,
    decode: (number) => `${number}+(${min})`,
    found: value
  })
}

const literals = (code: Code, { literals: options }: Of<"Literals">, { path, value, words }: Site): Part => {
  const slot = Words.place(words, Words.bitsFor(options.length))
  const name = fresh(code, "v")
  if (options.length === 1) {
    const refusal = outside(path, name, String(options[0]))
    return {
      encode: `const ${name}=${value};if(${name}!==${text(options[0])})${refusal};`,
      decode: text(options[0])
    }
  }
  const pick = options.map((option, index) => `${name}===${text(option)}?${index}:`).join("")
  const encode = `const ${name}=${value};${slot.write(`(${pick}${outside(path, name, options.map(String).join(", "))})`)}`
  if (options.length === 2 && options[0] === false) return { encode, decode: `${slot.read}===1` }
  const table = fresh(code, "t")
  code.constants.push(`const ${table}=${text(options)};`)
  return { encode, decode: `${table}[${slot.read}]` }
}

const seen = (code: Code, { as, part }: Of<"Seen">, site: Site): Part => {
  const name = fresh(code, "v")
  const { decode, encode } = visit(code, part, { ...site, value: name })
  return { encode: `const ${name}=${given(code, as)}(${site.value},${site.owner},s);${encode}`, decode }
}

// ---------------------------------------------------------------------------------------------------------------------
// Times
// ---------------------------------------------------------------------------------------------------------------------

const instant = (code: Code, { ahead, far, span, until }: Of<"Instant">, site: Site): Part => {
  const { value } = site
  const x = temporary(code)
  const isEver = far === Number.POSITIVE_INFINITY
  // Ages that are told: up to `until`, and from `from` on, which come after those.
  const from = Math.max(far - span, until + 1)
  const skipped = from - until - 1
  const last = ahead + until + 2
  const clipped = `(now-${value}<${until}?now-${value}:${until})`
  const back = `(now-${value}<${far}?now-${value}:${far})-${skipped}`
  const age = isEver ? clipped : `(now-${value}<${from}?${clipped}:${back})`
  const near = `now+${1 + ahead}-${x}`
  return small(code, site, {
    count: isEver ? last : last + 1 + far - from,
    value: `${value}<0?0:${1 + ahead}+${age}`,
    expected: "an instant that is past",
    decode: (number) => `(${x}=${number})===0?-1:${isEver ? near : `${x}>=${last}?${near}-${skipped}:${near}`}`
  })
}

const step = (code: Code, { each, ...steps }: Of<"Step">, site: Site): Part => {
  const { value } = site
  const x = temporary(code)
  // Places, counted from the first of the present step.
  const [past, ahead, far] = [steps.past * each, (steps.ahead + 1) * each - 1, steps.far * each]
  const last = past + ahead + 3
  const now = each === 1 ? "step" : `step*${each}`
  const distance = `${value}-${now}`
  return small(code, site, {
    count: last + 1,
    value: `${value}<0?0:${distance}<-${past}?1:${distance}>${ahead}?${last}:${distance}+${past + 2}`,
    expected: "a step",
    decode: (number) => `(${x}=${number})===0?-1:${x}===${last}?${now}+${far}:${now}+${x}-${past + 2}`
  })
}

const day = (code: Code, site: Site): Part => {
  const { value } = site
  const x = temporary(code)
  return small(code, site, {
    count: 4,
    value: `${value}<0?0:${value}<day?1:${value}-day+2`,
    expected: "a day up to tomorrow",
    decode: (number) => `(${x}=${number})===0?-1:day+${x}-2`
  })
}

// ---------------------------------------------------------------------------------------------------------------------
// Parts of parts
// ---------------------------------------------------------------------------------------------------------------------

const fields = (code: Code, { fields: parts }: Of<"Struct">, { path, value, words }: Site): Part => {
  const visited = Object.entries(parts).map(([key, node]) => ({
    key,
    ...visit(code, node, { words, path: `${path}.${key}`, value: `${value}.${key}`, owner: value })
  }))
  return {
    encode: visited.map(({ encode }) => encode).join(""),
    decode: `{${visited.map(({ decode, key }) => `${text(key)}:${decode}`).join(",")}}`
  }
}

/** An item of a list, under a name. */
const itemOf = (code: Code, item: Node, { path, words }: Site, index: number): Part & { readonly name: string } => {
  const name = fresh(code, "v")
  return { name, ...visit(code, item, { words, path: `${path}[${index}]`, value: name, owner: name }) }
}

const list = (code: Code, { item, max }: Of<"List">, site: Site): Part => {
  const slot = Words.place(site.words, Words.bitsFor(max + 1))
  const name = fresh(code, "v")
  const items = Array.from({ length: max }, (_, index) => {
    const { decode, encode, name: one } = itemOf(code, item, site, index)
    return { encode: `if(${name}.length>${index}){const ${one}=${name}[${index}];${encode}}`, decode }
  })
  // A list decodes to one literal for each length, so that arrays are packed and of known size.
  const lengths = items.map(
    (_, length) => `${slot.read}===${length}?[${items.slice(0, length).map(({ decode }) => decode)}]:`
  )
  const refusal = outside(site.path, `${name}.length`, `at most ${max} items`)
  return {
    encode:
      `const ${name}=${site.value};if(${name}.length>${max})${refusal};` +
      `${slot.write(`${name}.length`)}${items.map(({ encode }) => encode).join("")}`,
    decode: `(${lengths.join("")}[${items.map(({ decode }) => decode)}])`
  }
}

/** Notes that a kind has so many parts. */
const note = (code: Code, kind: string, count: number): void => {
  const known = code.kinds.get(kind) ?? count
  if (known !== count) bad(`the parts of the kind ${text(kind)}`, `${count} elsewhere`, String(known))
  code.kinds.set(kind, count)
}

const each = (code: Code, { count, item, kind }: Of<"Each">, site: Site): Part => {
  note(code, kind, count)
  const name = fresh(code, "v")
  const items = Array.from({ length: count }, (_, index) => {
    const { decode, encode, name: one } = itemOf(code, item, site, index)
    return { encode: `{const ${one}=${name}[from[${text(kind)}][${index}]];${encode}}`, decode }
  })
  const refusal = outside(site.path, `${name}.length`, `${count} items`)
  return {
    encode: `const ${name}=${site.value};if(${name}.length!==${count})${refusal};${items.map(({ encode }) => encode).join("")}`,
    decode: `[${items.map(({ decode }) => decode)}]`
  }
}

const ref = (code: Code, { count, kind }: Of<"Ref">, site: Site): Part => {
  note(code, kind, count)
  return small(code, site, {
    count: count + 1,
    value: `${site.value}<0?0:to[${text(kind)}][${site.value}]+1`,
    expected: `one of ${count}, or none`,
    decode: (number) => `${number}-1`
  })
}

/** The words that bags take, each item in words of its own, so that items can be compared and sorted as they are. */
const bag = (code: Code, { item, keeps, max }: Of<"Bag">, { path, value }: Site): Part => {
  const names = { all: fresh(code, "v"), index: fresh(code, "i"), one: fresh(code, "v"), base: fresh(code, "b") }
  const [kept, decoder] = [fresh(code, "n"), fresh(code, "d")]
  const number = code.bags.length
  const inside = Words.empty(fresh(code, "w"), "p")
  // A slot that is taken is told by its first bit.
  const taken = Words.place(inside, 1)
  const part = visit(code, item, { words: inside, path: `${path}[]`, value: names.one, owner: names.one })
  const words = Words.count(inside)
  code.bags.push({ words, max })
  const base = `o+BASE${number}`
  code.constants.push(
    `const ${decoder}=(k,o,now,step,day)=>{const items=[];for(let i=0,p=${base};i<${max};i++,p+=${words})` +
      `{if(k[p]===0)break;items.push(${part.decode})}return items};`
  )
  const passedOver = keeps === undefined ? "" : `if(!${given(code, keeps)}(${names.one},s))continue;`
  const tooMany = outside(path, `${names.all}.length`, `at most ${max} items`)
  return {
    encode:
      `const ${names.all}=${value},${names.base}=${base};let ${kept}=0;` +
      `for(let ${names.index}=0;${names.index}<${names.all}.length;${names.index}++){` +
      `const ${names.one}=${names.all}[${names.index}];${passedOver}if(${kept}===${max})${tooMany};` +
      `${declared(inside)}${taken.write("1")}${part.encode}${inserted(inside, names.base, kept)}${kept}++}` +
      `for(let j=${names.base}+${kept}*${words};j<${names.base}+${max * words};j++)k[j]=0;`,
    decode: `${decoder}(k,o,now,step,day)`
  }
}

/** Statements that put an item of a bag where it belongs among those before it, in order of their words. */
const inserted = (inside: Words.Words, base: string, kept: string): string => {
  const locals = Words.locals(inside)
  const words = locals.length
  const isLess = locals.reduceRight(
    (rest, local, word) => `(k[j-${words - word}]>${local}||(k[j-${words - word}]===${local}&&${rest}))`,
    "false"
  )
  const moved = locals.map((_, word) => `k[j+${word}]=k[j-${words - word}];`).join("")
  return (
    `${locals.map((local) => `${local}>>>=0;`).join("")}` +
    `let j=${base}+${kept}*${words};while(j>${base}&&${isLess}){${moved}j-=${words};}` +
    `${locals.map((local, word) => `k[j+${word}]=${local};`).join("")}`
  )
}

/** A statement that declares the locals of words. */
const declared = (words: Words.Words): string => {
  const locals = Words.locals(words)
  return locals.length === 0 ? "" : `let ${locals.map((local) => `${local}=0`).join(",")};`
}

const visit = (code: Code, node: Node, site: Site): Part => {
  switch (node._tag) {
    case "Forgotten":
      return { encode: "", decode: text(node.value) }
    case "Seen":
      return seen(code, node, site)
    case "Int":
      return int(code, node, site)
    case "Literals":
      return literals(code, node, site)
    case "Struct":
      return fields(code, node, site)
    case "List":
      return list(code, node, site)
    case "Bag":
      return bag(code, node, site)
    case "Each":
      return each(code, node, site)
    case "Ref":
      return ref(code, node, site)
    case "Instant":
      return instant(code, node, site)
    case "Step":
      return step(code, node, site)
    case "Day":
      return day(code, site)
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// The whole
// ---------------------------------------------------------------------------------------------------------------------

const secondsPerDay = 86_400

/** Code that finds the clock of a value, and the words that say what time it is. */
const clock = (code: Code, words: Words.Words, calendar: Calendar): Part => {
  const { far, midnight, near, over, step, utcOffset } = calendar
  // Far from midnight it may as well be one time of day, and after it the beginning of the day.
  const end = midnight + over
  const [before, after] = [Math.floor((midnight - far) / step) * step, Math.ceil(end / step) * step]
  const isNear = `now<${end}&&now>=${midnight - near}`
  const site = { words, path: "now", value: "now", owner: "s" }
  const time = { expected: "a time", decode: (number: string) => number }
  const zone = small(code, site, { ...time, count: 3, value: `now>=${end}?2:${isNear}?1:0` })
  const place = small(code, site, {
    ...time,
    count: Math.max(step, near + over + 1),
    value: `${isNear}?${end}-now:now%${step}`
  })
  const times = `step=Math.floor(now/${step}),day=Math.floor((now+${utcOffset})/${secondsPerDay})`
  return {
    encode: `const now=s.now,${times};${zone.encode}${place.encode}`,
    decode: `const zone=${zone.decode},place=${place.decode},now=zone===1?${end}-place:(zone===0?${before}:${after})+place,${times};`
  }
}

const noClock: Part = { encode: "const now=0,step=0,day=0;", decode: "const now=0,step=0,day=0;" }

/** Generates and compiles the layout of values of a shape, with a clock or without. */
export const generate = <A>(shape: Node, calendar: Calendar | undefined): Generated<A> => {
  const code: Code = { names: 0, constants: [], temporaries: [], functions: [], bags: [], kinds: new Map() }
  const head = Words.empty(fresh(code, "w"), "o")
  const time = calendar === undefined ? noClock : clock(code, head, calendar)
  const whole = visit(code, shape, { words: head, path: "value", value: "s", owner: "s" })
  // Bags stand behind the words of everything else.
  let words = Math.max(1, Words.count(head))
  const locals = Array.from({ length: words }, (_, word) => Words.locals(head)[word] ?? "0")
  const bases = code.bags.map(({ max, words: each }) => {
    const base = words
    words += max * each
    return base
  })
  const temporaries = code.temporaries.length === 0 ? "" : `let ${code.temporaries.join(",")};`
  const value = calendar === undefined ? whole.decode : whole.decode.replace("{", '{"now":now,')
  const source = `${temporaries}${code.constants.join("")}return{encode:(s,k,o,{to,from})=>{${declared(head)}${time.encode}${
    whole.encode
  }${locals.map((local, word) => `k[o+${word}]=${local};`).join("")}},decode:(k,o)=>{${time.decode}return ${value}}}`
  const placed = source.replace(/BASE(\d+)/g, (_, number: string) => String(bases[Number(number)]))
  const bits = head.bits + code.bags.reduce((sum, { max, words: each }) => sum + max * each * 32, 0)
  return { words, bits, kinds: code.kinds, ...new Function("bad", "given", placed)(bad, code.functions) }
}
