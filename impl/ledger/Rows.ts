/** Rows: how what a ledger keeps is written in its tables, and read again. */
import * as Redacted from "effect/Redacted"
import type { OrderStatus } from "../../model/Order.ts"
import type { Reason } from "../../model/Refusal.ts"
import type { Enrollment } from "../../model/steps/Steps.ts"
import type { Mac, TokenSource } from "../credentials/Credentials.ts"
import * as Text from "../Text.ts"
import type { Challenge, Credential, Row } from "./Records.ts"

/** An account, as it is written. */
export interface AccountRow {
  readonly agreement: Enrollment.Agreement
  readonly balance: number
  readonly reserved: number
  readonly password: string
}

/** A credential, as it is written. Its secret is JSON. */
export interface CredentialRow {
  readonly number: number
  readonly phone: number
  readonly status: Enrollment.CredentialStatus
  readonly prefix: string
  readonly alias: string
  readonly secret: string
  readonly issued_at: number
  readonly suspended: number
}

/** An order, as it is written. */
export interface OrderRow {
  readonly merchant: string
  readonly number: string
  readonly status: OrderStatus
  readonly reason: Reason | null
  readonly amount: number | null
  readonly payer: number | null
  readonly code: string
  readonly at: number
  readonly refunded: number
  readonly phone: number | null
  readonly free: number
  readonly day: number | null
  readonly debited: number
}

/** A challenge, as it is written. */
export interface ChallengeRow {
  readonly merchant: string
  readonly number: string
  readonly nonce: string
  readonly credential: number
  readonly sent: number
}

/** The columns of a credential, in a statement that calls their table `c`. */
export const credentialColumns = "c.number, c.phone, c.status, c.prefix, c.alias, c.secret, c.issued_at, c.suspended"

/** The columns of an order. */
export const orderColumns =
  "merchant, number, status, reason, amount, payer, code, at, refunded, phone, free, day, debited"

/** The columns of a challenge. */
export const challengeColumns = "merchant, number, nonce, credential, sent"

const base64 = (seed: Mac.Seed): string => Buffer.from(Redacted.value(seed)).toString("base64")
const seedOf = (written: string): Mac.Seed => Redacted.make(new Uint8Array(Buffer.from(written, "base64")))

/** A secret as it is written. */
export const writtenSecret = (secret: TokenSource.Secret): string =>
  secret._tag === "Seed"
    ? JSON.stringify({
        seed: base64(secret.seed),
        ...(secret.second !== undefined && { second: base64(secret.second) })
      })
    : JSON.stringify({ codes: Redacted.value(secret.codes).map(({ revealed, scanned }) => [scanned, revealed]) })

const readSecret = (written: string): TokenSource.Secret => {
  const secret = JSON.parse(written) as
    | { readonly seed: string; readonly second?: string }
    | { readonly codes: ReadonlyArray<readonly [scanned: string, revealed: string]> }
  return "seed" in secret
    ? {
        _tag: "Seed",
        seed: seedOf(secret.seed),
        ...(secret.second !== undefined && { second: seedOf(secret.second) })
      }
    : {
        _tag: "Drawn",
        codes: Redacted.make(secret.codes.map(([scanned, revealed]) => ({ scanned, revealed })))
      }
}

/** Reads a credential. */
export const credentialOf = ({
  alias,
  issued_at,
  number,
  phone,
  prefix,
  secret,
  status,
  suspended
}: CredentialRow): Credential => ({
  number,
  phone,
  status,
  prefix,
  alias,
  secret: readSecret(secret),
  issuedAt: issued_at,
  suspended: suspended === 1
})

/** Reads an order. */
export const rowOf = (row: OrderRow): Row => ({
  merchant: row.merchant,
  order: row.number,
  status: row.status,
  reason: row.reason ?? undefined,
  amount: row.amount ?? undefined,
  payer: row.payer ?? undefined,
  code: Text.read(row.code),
  at: row.at,
  refunded: row.refunded,
  phone: row.phone ?? undefined,
  free: row.free === 1,
  day: row.day ?? undefined,
  debited: row.debited === 1
})

/** Reads a challenge. */
export const challengeOf = ({ credential, merchant, nonce, number, sent }: ChallengeRow): Challenge => ({
  merchant,
  order: number,
  nonce,
  credential,
  isSent: sent === 1
})

/** Whether something is so, as it is written. */
export const flag = (is: boolean): 0 | 1 => (is ? 1 : 0)
