/** Printing: JSON as a person reads it and as a comparison of bytes needs it: what fits on a line is on one. */

const width = 180

const inline = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}: ${inline(field)}`).join(", ")}}`
}

const printed = (value: unknown, indent: string, used: number): string => {
  const line = inline(value)
  if (used + line.length <= width || typeof value !== "object" || value === null) return line
  const deeper = `${indent}  `
  const rows = Array.isArray(value)
    ? value.map((item) => printed(item, deeper, deeper.length))
    : Object.entries(value)
        .filter(([, field]) => field !== undefined)
        .map(([key, field]) => {
          const name = `${JSON.stringify(key)}: `
          return name + printed(field, deeper, deeper.length + name.length)
        })
  const [open, close] = Array.isArray(value) ? "[]" : "{}"
  return `${open}\n${rows.map((row) => deeper + row).join(",\n")}\n${indent}${close}`
}

/** A value as the text of a file. Fields that are undefined are left out. */
export const print = (value: unknown): string => `${printed(value, "", 0)}\n`
