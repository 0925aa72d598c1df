/** Xml: documents of elements, written so that no text in them is taken for markup, or is no XML. */
import * as Text from "../../impl/Text.ts"

/** An element with its attributes, and elements or a text in it. Attributes that are undefined are left out. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number | undefined>>
  readonly content: ReadonlyArray<Element> | string
}

/** An element; nothing in it unless given. */
export const element = (
  name: string,
  attributes: Element["attributes"],
  content: Element["content"] = []
): Element => ({ name, attributes, content })

/** A text of several lines. */
const lines = (text: string): string => text.split("\n").map(Text.xml).join("\n")

const opening = ({ attributes, name }: Element): string =>
  [
    name,
    ...Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}="${Text.xml(`${value}`)}"`]
    )
  ].join(" ")

const written = (one: Element, indent: string): string => {
  const { content, name } = one
  if (content.length === 0) return `${indent}<${opening(one)}/>`
  if (typeof content === "string") return `${indent}<${opening(one)}>${lines(content)}</${name}>`
  const inner = content.map((part) => written(part, `${indent}  `)).join("\n")
  return `${indent}<${opening(one)}>\n${inner}\n${indent}</${name}>`
}

/** A document of one element, with a line feed at its end. */
export const document = (root: Element): string => `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, "")}\n`
