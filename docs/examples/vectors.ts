/** The known answers against an implementation of one's own: here of the proof, by Node's HMAC. */
import { createHmac } from "node:crypto"
import { proof } from "paycode/vectors"

const made = (hash: string, digits: number, seed: Uint8Array, step: number): string => {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const tag = createHmac(hash, seed).update(counter).digest()
  return String((tag.readUInt32BE(tag.at(-1)! & 15) & 0x7fffffff) % 10 ** digits).padStart(digits, "0")
}

const failed = proof.groups.flatMap(({ digits, mac, seed, tests }) => {
  const hash = mac === "HMAC-SHA-1" ? "sha1" : "sha256"
  return tests.filter((test) => made(hash, digits, Buffer.from(seed, "hex"), test.step) !== test.proof)
})
console.log(`${proof.count} proofs, ${failed.length} failed`)
