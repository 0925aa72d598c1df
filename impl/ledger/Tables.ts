/**
 * Tables: what a ledger writes down, and how a database that an earlier version wrote is brought up to date.
 *
 * A migration is never changed once a version with it has been released: what changes is another.
 */
import * as Effect from "effect/Effect"
import { type Database, type Dialect, type Reader, Unavailable } from "./Database.ts"

/** A step from one version of the tables to the next. */
interface Migration {
  readonly version: number
  readonly says: string
  readonly statements: (dialect: Dialect) => ReadonlyArray<string>
}

/** Accounts, their aliases and phones, and the credentials of these, with what is used up of them. */
const parties = ({ integer, options }: Dialect): ReadonlyArray<string> => [
  `CREATE TABLE account (
    number ${integer} PRIMARY KEY,
    agreement TEXT NOT NULL,
    balance ${integer} NOT NULL,
    reserved ${integer} NOT NULL,
    password TEXT NOT NULL,
    alias TEXT,
    last_day ${integer} NOT NULL
  )${options}`,
  `CREATE TABLE alias (alias TEXT PRIMARY KEY, account ${integer} NOT NULL)${options}`,
  `CREATE TABLE phone (
    number ${integer} PRIMARY KEY,
    account ${integer} NOT NULL,
    authenticated ${integer} NOT NULL
  )${options}`,
  "CREATE INDEX phone_account ON phone (account)",
  `CREATE TABLE credential (
    number ${integer} PRIMARY KEY,
    phone ${integer} NOT NULL,
    status TEXT NOT NULL,
    prefix TEXT NOT NULL,
    alias TEXT NOT NULL,
    secret TEXT NOT NULL,
    issued_at ${integer} NOT NULL
  )${options}`,
  "CREATE INDEX credential_phone ON credential (phone)",
  `CREATE TABLE drawn (
    code TEXT NOT NULL,
    credential ${integer} NOT NULL,
    PRIMARY KEY (code, credential)
  )${options}`,
  `CREATE TABLE burned (
    credential ${integer} NOT NULL,
    revealed ${integer} NOT NULL,
    position ${integer} NOT NULL,
    PRIMARY KEY (credential, revealed, position)
  )${options}`
]

/** Orders, their refunds, and the money that moved. */
const orders = ({ integer, options, serial }: Dialect): ReadonlyArray<string> => [
  `CREATE TABLE orders (
    merchant TEXT NOT NULL,
    number TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    amount ${integer},
    payer ${integer},
    code TEXT NOT NULL,
    at ${integer} NOT NULL,
    refunded ${integer} NOT NULL,
    phone ${integer},
    free ${integer} NOT NULL,
    day ${integer},
    debited ${integer} NOT NULL,
    PRIMARY KEY (merchant, number)
  )${options}`,
  "CREATE INDEX orders_open ON orders (payer, at) WHERE status = 'open'",
  `CREATE TABLE refund (
    merchant TEXT NOT NULL,
    number TEXT NOT NULL,
    refund TEXT NOT NULL,
    PRIMARY KEY (merchant, number, refund)
  )${options}`,
  `CREATE TABLE movement (
    id ${serial},
    kind TEXT NOT NULL,
    account ${integer} NOT NULL,
    merchant TEXT NOT NULL,
    number TEXT NOT NULL,
    amount ${integer} NOT NULL
  )${options}`,
  "CREATE INDEX movement_account ON movement (account, id)"
]

/** What counts by the day: what was spent, and what was wrong. */
const counts = ({ integer, options }: Dialect): ReadonlyArray<string> => [
  `CREATE TABLE spent (
    account ${integer} NOT NULL,
    day ${integer} NOT NULL,
    free_sum ${integer} NOT NULL,
    free_count ${integer} NOT NULL,
    total ${integer} NOT NULL,
    PRIMARY KEY (account, day)
  )${options}`,
  `CREATE TABLE wrong (
    day ${integer} NOT NULL,
    subject TEXT NOT NULL,
    count ${integer} NOT NULL,
    PRIMARY KEY (day, subject)
  )${options}`
]

/** Keys, and the nonces that were used with them. */
const keys = ({ bytes, integer, options }: Dialect): ReadonlyArray<string> => [
  `CREATE TABLE secret_key (name TEXT PRIMARY KEY, bytes ${bytes} NOT NULL)${options}`,
  `CREATE TABLE nonce (
    name TEXT NOT NULL,
    nonce TEXT NOT NULL,
    until ${integer} NOT NULL,
    PRIMARY KEY (name, nonce)
  )${options}`,
  "CREATE INDEX nonce_until ON nonce (until)"
]

/** Whom merchants have notices sent to, and those that were not taken yet. */
const notices = ({ integer, options }: Dialect): ReadonlyArray<string> => [
  `CREATE TABLE subscription (merchant TEXT PRIMARY KEY, url TEXT NOT NULL)${options}`,
  `CREATE TABLE notice (
    merchant TEXT NOT NULL,
    number TEXT NOT NULL,
    amount ${integer} NOT NULL,
    due ${integer} NOT NULL,
    attempts ${integer} NOT NULL,
    PRIMARY KEY (merchant, number)
  )${options}`,
  "CREATE INDEX notice_due ON notice (due)"
]

/** Keys of which a party has several, one after the other: each is good until an instant, 0 where it was withdrawn. */
const numberedKeys = ({ bytes, integer, options }: Dialect): ReadonlyArray<string> => [
  `CREATE TABLE signing_key (
    name TEXT NOT NULL,
    number ${integer} NOT NULL,
    bytes ${bytes} NOT NULL,
    until ${integer},
    PRIMARY KEY (name, number)
  )${options}`,
  "INSERT INTO signing_key (name, number, bytes, until) SELECT name, 0, bytes, NULL FROM secret_key",
  "DROP TABLE secret_key",
  "UPDATE signing_key SET until = 0 WHERE name IN (SELECT 'phone/' || number FROM phone WHERE revoked = 1)"
]

const migrations: ReadonlyArray<Migration> = [
  {
    version: 1,
    says: "accounts, phones, credentials, orders, and what counts",
    statements: (dialect) => [
      ...parties(dialect),
      ...orders(dialect),
      ...counts(dialect),
      ...keys(dialect),
      ...notices(dialect)
    ]
  },
  {
    version: 2,
    says: "names of merchants, telephones and PINs of accounts, and challenges",
    statements: ({ bytes, integer, options }) => [
      `CREATE TABLE merchant (merchant TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE)${options}`,
      "ALTER TABLE account ADD COLUMN telephone TEXT",
      `ALTER TABLE account ADD COLUMN pin ${bytes}`,
      "CREATE UNIQUE INDEX account_telephone ON account (telephone)",
      `CREATE TABLE challenge (
        merchant TEXT NOT NULL,
        number TEXT NOT NULL,
        nonce TEXT NOT NULL UNIQUE,
        credential ${integer} NOT NULL,
        sent ${integer} NOT NULL,
        PRIMARY KEY (merchant, number)
      )${options}`,
      "CREATE INDEX challenge_unsent ON challenge (merchant, number) WHERE sent = 0"
    ]
  },
  {
    version: 3,
    says: "the scheme that the ledger is kept under",
    statements: ({ integer, options }) => [
      `CREATE TABLE scheme (
        number ${integer} PRIMARY KEY,
        at ${integer} NOT NULL,
        name TEXT NOT NULL,
        parameters TEXT NOT NULL
      )${options}`
    ]
  },
  {
    version: 4,
    says: "phones that were revoked",
    statements: ({ integer }) => [
      `ALTER TABLE phone ADD COLUMN revoked ${integer} NOT NULL DEFAULT 0`,
      // One that was issued another credential since was signed in on again, as earlier versions allowed.
      "UPDATE phone SET revoked = 1 WHERE number IN (SELECT phone FROM credential WHERE status = 'revoked') " +
        "AND number NOT IN (SELECT phone FROM credential WHERE status IN ('pending', 'live'))"
    ]
  },
  {
    version: 5,
    says: "what names of merchants look like",
    statements: () => [
      "ALTER TABLE merchant ADD COLUMN skeleton TEXT",
      "CREATE INDEX merchant_skeleton ON merchant (skeleton)"
    ]
  },
  {
    version: 6,
    says: "restores",
    statements: ({ integer, options }) => [
      `CREATE TABLE epoch (
        ledger TEXT NOT NULL PRIMARY KEY,
        beat ${integer} NOT NULL,
        beat_at ${integer} NOT NULL,
        restored_at ${integer} NOT NULL,
        backup_at ${integer} NOT NULL,
        reconciled ${integer} NOT NULL
      )${options}`,
      "INSERT INTO epoch (ledger, beat, beat_at, restored_at, backup_at, reconciled) VALUES ('', 0, -1, -1, -1, 1)",
      `ALTER TABLE credential ADD COLUMN suspended ${integer} NOT NULL DEFAULT 0`
    ]
  },
  { version: 7, says: "keys that are rotated and withdrawn", statements: numberedKeys },
  {
    version: 8,
    says: "notices that were given up",
    statements: ({ integer }) => [
      `ALTER TABLE notice ADD COLUMN given ${integer} NOT NULL DEFAULT 0`,
      `ALTER TABLE notice ADD COLUMN expired ${integer}`,
      "UPDATE notice SET given = COALESCE((SELECT o.at FROM orders o " +
        "WHERE o.merchant = notice.merchant AND o.number = notice.number), due)",
      "DROP INDEX notice_due",
      "CREATE INDEX notice_due ON notice (merchant, due) WHERE expired IS NULL",
      "CREATE INDEX notice_given ON notice (given) WHERE expired IS NULL"
    ]
  },
  {
    version: 9,
    says: "amounts of refunds, and terminals that merchants have enlisted",
    statements: ({ integer, options }) => [
      // Of several refunds of one order it was not recorded which number was of which amount: those stay unknown.
      `ALTER TABLE refund ADD COLUMN amount ${integer}`,
      "UPDATE refund SET amount = (SELECT o.refunded FROM orders o WHERE o.merchant = refund.merchant AND o.number = refund.number) " +
        "WHERE 1 = (SELECT COUNT(*) FROM refund r WHERE r.merchant = refund.merchant AND r.number = refund.number)",
      "CREATE INDEX refund_number ON refund (merchant, refund)",
      // Nothing says which terminals there were: each is enlisted as it first asks.
      `CREATE TABLE terminal (merchant TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (merchant, name))${options}`
    ]
  },
  {
    version: 10,
    says: "what was paid out to merchants",
    statements: ({ integer, options }) => [
      `CREATE TABLE payout (
        merchant TEXT NOT NULL,
        payout TEXT NOT NULL,
        amount ${integer} NOT NULL,
        at ${integer} NOT NULL,
        PRIMARY KEY (merchant, payout)
      )${options}`
    ]
  }
]

/** The version of the tables that this program reads and writes. */
export const version = Math.max(...migrations.map((migration) => migration.version))

/** The version of the tables of a database; 0 where it has none. */
const versionOf = Effect.fnUntraced(function* ({ query }: Reader) {
  const done = yield* query<{ readonly version: number }>("SELECT version FROM migration")
  return Math.max(0, ...done.map((row) => row.version))
})

/** Makes the table of the versions where there is none. */
const begun = ({ dialect, transaction }: Database["Service"]): Effect.Effect<void, Unavailable> =>
  transaction(({ lock, query }) =>
    Effect.andThen(
      lock("migration"),
      Effect.asVoid(
        query(
          `CREATE TABLE IF NOT EXISTS migration (version ${dialect.integer} PRIMARY KEY, says TEXT NOT NULL)${dialect.options}`
        )
      )
    )
  )

/** Whether nobody but this process has a database open. */
export type IsAlone = Effect.Effect<boolean, Unavailable>

/**
 * Brings the tables of a database up to date, in one transaction, whatever version it has; an empty one has none. A
 * database that a later program wrote is refused, and left as it is. So is one of an earlier version that somebody else
 * has open: an earlier program would go on writing by its own rules what the tables do not mean any more.
 */
export const migrate = Effect.fnUntraced(function* (database: Database["Service"], isAlone: IsAlone) {
  const { dialect, read, transaction } = database
  yield* begun(database)
  const before = yield* versionOf({ query: read })
  if (before > 0 && before < version && !(yield* isAlone)) {
    return yield* new Unavailable({
      because: `tables of version ${before} that somebody else has open, perhaps a provider of an earlier version: stop all of them, and start one of version ${version} first`
    })
  }
  yield* transaction(({ lock, query }) =>
    Effect.gen(function* () {
      yield* lock("migration")
      const latest = yield* versionOf({ query })
      if (latest > version) {
        return yield* new Unavailable({
          because: `tables of version ${latest}, which a later program wrote: this one knows up to ${version}`
        })
      }
      for (const migration of migrations.filter((each) => each.version > latest)) {
        for (const statement of migration.statements(dialect)) yield* query(statement)
        yield* query("INSERT INTO migration (version, says) VALUES (?, ?)", migration.version, migration.says)
      }
    })
  )
})
