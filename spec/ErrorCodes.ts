/**
 * Error codes: how the provider's answers read in the merchant interfaces of two operators. The protocol's own answers
 * are in `model/Order.ts` and `model/Refusal.ts`; the `interface` of a scheme file says in whose codes merchants get them.
 *
 * No code is made up. Where an interface has none for just what an answer says, the reply carries the nearest published
 * one and says why it is not the same. What settles an order is never told as if it were not, nor the other way round:
 * a merchant acts on that before anything else.
 */

/** What a merchant asks of the provider. */
export const questions = ["pay", "query", "reversal", "refund", "refund query"] as const
export type Question = (typeof questions)[number]

/** Whose codes merchants are answered with. `paycode` has none: it answers with the protocol's own words. */
export const interfaces = ["alipay", "wechat", "paycode"] as const
export type Interface = (typeof interfaces)[number]

/**
 * Among what a refund number tells a refund from others, in each interface: the refunds of its order, as Alipay documents `out_request_no`; or
 * all refunds of its merchant, as WeChat Pay documents `out_refund_no`, and as `paycode` has it.
 */
export const refundNumbers = {
  alipay: "order",
  wechat: "merchant",
  paycode: "merchant"
} as const satisfies Readonly<Record<Interface, "order" | "merchant">>

/**
 * What a merchant learns from the value of a field: `settled`, whether it was paid; `open`, that the payer is being asked;
 * `unknown`, nothing; `absent`, that there is no such order. `elsewhere`: another field of the reply says.
 */
export type Tells = "settled" | "open" | "unknown" | "absent" | "elsewhere"

/** A published value of a field: what it means, and what it tells in the answers to the questions that have it. */
export interface Published {
  readonly means: string
  readonly tells: Readonly<Partial<Record<Question, Tells>>>
}

/** The published part of an interface. */
export interface Interfaced {
  /** Where the values are published. */
  readonly source: string
  /** What each question is called. */
  readonly calls: Readonly<Record<Question, string>>
  /** The fields of replies by name, and of each the published values. */
  readonly fields: Readonly<Record<string, Readonly<Record<string, Published>>>>
}

const all = (means: string, tells: Tells): Published => ({
  means,
  tells: { pay: tells, query: tells, reversal: tells, refund: tells, "refund query": tells }
})

const of = (means: string, tells: Tells, ...calls: ReadonlyArray<Question>): Published => ({
  means,
  tells: Object.fromEntries(calls.map((call) => [call, tells]))
})

const pay = (means: string): Published => of(means, "settled", "pay")

/** The published interfaces. */
export const published = {
  alipay: {
    source:
      "Alipay's documentation of alipay.trade.pay, alipay.trade.query, alipay.trade.cancel, alipay.trade.refund and alipay.trade.fastpay.refund.query, as merchants' software quotes it: the public codes of the gateway, and the sub-codes of each call",
    calls: {
      pay: "alipay.trade.pay",
      query: "alipay.trade.query",
      reversal: "alipay.trade.cancel",
      refund: "alipay.trade.refund",
      "refund query": "alipay.trade.fastpay.refund.query"
    },
    fields: {
      code: {
        "10000": {
          means: "the call succeeded",
          tells: {
            pay: "settled",
            query: "elsewhere",
            reversal: "settled",
            refund: "settled",
            "refund query": "elsewhere"
          }
        },
        "10003": of("the order is created and waits for the payer's password", "open", "pay"),
        "20000": all("the service is not available; what became of the call is not known", "unknown"),
        "20001": all("the authorisation does not suffice", "settled"),
        "40001": all("a parameter is missing", "settled"),
        "40002": all("a parameter is not allowed", "settled"),
        "40004": all("the business failed, for the reason of the sub-code", "elsewhere"),
        "40006": all("the rights do not suffice", "settled")
      },
      sub_code: {
        "ACQ.SYSTEM_ERROR": all("it may have succeeded or failed: query, or send the same again", "unknown"),
        "ACQ.INVALID_PARAMETER": all("a parameter is wrong", "settled"),
        "ACQ.PAYMENT_AUTH_CODE_INVALID": pay("the code is invalid, expired or used: refresh, and scan again"),
        "ACQ.AUTH_TOKEN_IS_NOT_EXIST": pay("the code is empty"),
        "ACQ.PULL_MOBILE_CASHIER_FAIL": pay("no cashier could be raised on the phone"),
        "ACQ.CONTEXT_INCONSISTENT": pay("the order number is known with another amount or subject"),
        "ACQ.TRADE_BUYER_NOT_MATCH": pay("the order number is known with another buyer"),
        "ACQ.TRADE_HAS_SUCCESS": pay("the trade is paid"),
        "ACQ.TRADE_HAS_CLOSE": pay("the trade is closed"),
        "ACQ.TRADE_STATUS_ERROR": of("the state of the trade does not allow it", "settled", "pay", "refund"),
        "ACQ.TRADE_NOT_EXIST": of("there is no such trade", "absent", "query", "refund", "refund query"),
        "ACQ.BUYER_BALANCE_NOT_ENOUGH": pay("the buyer's balance does not suffice"),
        "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH": pay("the balance of the buyer's card does not suffice"),
        "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR": pay("the buyer's payments of the day are above their limit"),
        "ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR": pay("the buyer's payments of the month are above their limit"),
        "ACQ.TOTAL_FEE_EXCEED": pay("the amount of the order is above its limit"),
        "ACQ.PAYMENT_REQUEST_HAS_RISK": pay("the payment is taken for risky"),
        "ACQ.PAYMENT_FAIL": pay("the payment failed"),
        "ACQ.USER_FACE_PAYMENT_SWITCH_OFF": pay("the buyer has switched payment by code off"),
        "ACQ.BUYER_ENABLE_STATUS_FORBID": pay("the buyer's account must not pay"),
        "ACQ.SELLER_BALANCE_NOT_ENOUGH": of("the seller's balance does not suffice", "settled", "reversal", "refund"),
        "ACQ.REASON_TRADE_BEEN_FREEZEN": of("the trade is frozen", "settled", "reversal", "refund"),
        "ACQ.CANCEL_NOT_ALLOWED": of("the trade cannot be cancelled", "settled", "reversal"),
        "ACQ.TRADE_CANCEL_TIME_OUT": of("the trade is too old to be cancelled: refund it", "settled", "reversal"),
        "ACQ.TRADE_HAS_FINISHED": of("the trade is finished, and nothing is refunded", "settled", "reversal", "refund"),
        "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": of("the refund is above its limit", "settled", "refund"),
        "ACQ.DISCORDANT_REPEAT_REQUEST": of("the refund number is known with another amount", "settled", "refund"),
        "ACQ.REASON_TRADE_REFUND_FEE_ERR": of("the amount of the refund is wrong", "settled", "reversal", "refund")
      },
      trade_status: {
        WAIT_BUYER_PAY: of("created, and not paid yet", "open", "query"),
        TRADE_SUCCESS: of("paid", "settled", "query"),
        TRADE_FINISHED: of("paid, and can no longer be refunded", "settled", "query"),
        TRADE_CLOSED: of("closed unpaid, or refunded in full", "settled", "query")
      },
      refund_status: {
        REFUND_SUCCESS: of("the refund was made", "settled", "refund query")
      }
    }
  },
  wechat: {
    source:
      "WeChat Pay's documentation of micropay, orderquery, reverse, refund and refundquery (version 2), as merchants' software quotes it: result_code, err_code, trade_state and refund_status",
    calls: {
      pay: "micropay",
      query: "orderquery",
      reversal: "reverse",
      refund: "refund",
      "refund query": "refundquery"
    },
    fields: {
      result_code: {
        SUCCESS: {
          means: "the call succeeded",
          tells: {
            pay: "settled",
            query: "elsewhere",
            reversal: "settled",
            refund: "settled",
            "refund query": "elsewhere"
          }
        },
        FAIL: all("the call failed, for the reason of the error code", "elsewhere")
      },
      err_code: {
        SYSTEMERROR: all("the system timed out: query, or send the same again", "unknown"),
        BANKERROR: of("the bank timed out: query", "unknown", "pay"),
        USERPAYING: of("the payer is asked for the password: query", "open", "pay"),
        AUTHCODEEXPIRE: pay("the code is expired"),
        AUTH_CODE_ERROR: pay("the code is wrong, or was used: each is used once"),
        AUTH_CODE_INVALID: pay("the code is none of the interface's"),
        NOTENOUGH: of("the balance does not suffice", "settled", "pay", "refund"),
        NOTSUPORTCARD: pay("the card is not supported"),
        ORDERPAID: pay("the order is paid"),
        ORDERCLOSED: pay("the order is closed"),
        ORDERREVERSED: pay("the order is reversed"),
        OUT_TRADE_NO_USED: pay("the order number is used"),
        BUYER_MISMATCH: pay("the order number is known with another payer"),
        TRADE_ERROR: of("the business failed, or was taken for risky", "settled", "pay", "reversal"),
        INVALID_REQUEST: of("the request repeats another, or lacks a right", "settled", "pay", "reversal"),
        NOAUTH: pay("the merchant may not use the interface"),
        PARAM_ERROR: of("a parameter is wrong", "settled", "pay", "reversal", "refund"),
        ORDERNOTEXIST: of("there is no such order", "absent", "query", "reversal", "refund"),
        REFUNDNOTEXIST: of("there is no such refund, or no such order", "absent", "refund query"),
        REVERSE_EXPIRE: of("the order is too old to be reversed", "settled", "reversal"),
        TRADE_STATE_ERROR: of("the state of the order does not allow it", "settled", "reversal"),
        USER_ACCOUNT_ABNORMAL: of("the payer's account is closed", "settled", "reversal", "refund"),
        INVALID_TRANSACTIONID: of("the transaction number is wrong", "settled", "reversal", "refund"),
        BIZERR_NEED_RETRY: of("refused for what happens at the same time: send the same again", "unknown", "refund"),
        INVALID_REQ_TOO_MUCH: of("too many wrong requests: send the same again in a minute", "unknown", "refund"),
        TRADE_OVERDUE: of("the order is too old to be refunded", "settled", "refund"),
        ERROR: of("the refund failed, for the reason of the message", "settled", "refund")
      },
      trade_state: {
        SUCCESS: of("paid", "settled", "query"),
        REFUND: of("refunded, in part or in full", "settled", "query"),
        NOTPAY: of("not paid yet", "open", "query"),
        CLOSED: of("closed", "settled", "query"),
        REVOKED: of("reversed", "settled", "query"),
        USERPAYING: of("the payer is asked for the password", "open", "query"),
        PAYERROR: of("the payment failed", "settled", "query")
      },
      refund_status: {
        SUCCESS: of("the refund was made", "settled", "refund query"),
        PROCESSING: of("the refund is under way", "open", "refund query"),
        REFUNDCLOSE: of("the refund was given up", "settled", "refund query"),
        CHANGE: of("the refund could not be paid out", "settled", "refund query")
      }
    }
  }
} as const satisfies Record<Exclude<Interface, "paycode">, Interfaced>

const ofGateway = "who may ask, and in what form, is decided before: such a request is refused by its HTTP status"
const ofOrder = "it is answered as where the order stands"
const tooMany = "too many requests at once are refused by their HTTP status, before anything is decided"
const atOnce =
  "a refund is made or refused in the request that asks for it: its money goes into the account that paid, so that nothing is under way and nothing fails later"
const noAccountState = "accounts are neither frozen nor closed here, and orders are not frozen"
const noRisk = "what a provider takes for risky is its own affair: none of the protocol's reasons"
const noCards = "payers pay from one balance"

/** The published values that nothing is answered with, and why. */
export const struck: Readonly<Record<keyof typeof published, Readonly<Record<string, string>>>> = {
  alipay: {
    "20001": ofGateway,
    "40001": ofGateway,
    "40002": ofGateway,
    "40006": ofGateway,
    "ACQ.AUTH_TOKEN_IS_NOT_EXIST": "an empty code is one that is malformed, and answered as such",
    "ACQ.PULL_MOBILE_CASHIER_FAIL": "a prompt is shown by the phone, or is not; nobody tells the till",
    "ACQ.TRADE_HAS_SUCCESS": ofOrder,
    "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH": noCards,
    "ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR": "there are limits of a day, and none of a month",
    "ACQ.PAYMENT_REQUEST_HAS_RISK": noRisk,
    "ACQ.BUYER_ENABLE_STATUS_FORBID": noAccountState,
    "ACQ.REASON_TRADE_BEEN_FREEZEN": noAccountState,
    "ACQ.CANCEL_NOT_ALLOWED": "what is not reversed is too old for it, or not known",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": "an amount that is none is refused as for a payment",
    TRADE_FINISHED: "a query says that the order is paid; that it is too old to be refunded is said to a refund"
  },
  wechat: {
    BANKERROR: noCards,
    AUTHCODEEXPIRE: "the protocol does not say which: an expired code is answered as one that was made up",
    NOTSUPORTCARD: noCards,
    INVALID_REQUEST:
      "a request that repeats another is answered as that was; a right that is lacking is refused by its HTTP status",
    NOAUTH: ofGateway,
    TRADE_STATE_ERROR: "a reversal of what is not paid is answered as done, and changes nothing",
    USER_ACCOUNT_ABNORMAL: noAccountState,
    INVALID_TRANSACTIONID: "orders have their merchant's number and no other",
    BIZERR_NEED_RETRY: "what happens at the same time waits for its turn",
    INVALID_REQ_TOO_MUCH: tooMany,
    NOTPAY: "an order that is not paid waits for its payer, or was refused, closed or reversed",
    PROCESSING: atOnce,
    REFUNDCLOSE: atOnce,
    CHANGE: atOnce
  }
}

/** How an answer reads: the values of the reply's fields and, where they do not say just that, why they are the nearest. */
export interface Reply {
  readonly fields: Readonly<Record<string, string>>
  readonly nearest: string | undefined
}

/** The replies to one question by the protocol's answer. */
export type Replies = Readonly<Record<string, Reply>>

const reply = (fields: Reply["fields"], nearest?: string): Reply => ({ fields, nearest })

const alipay = (sub_code: keyof typeof published.alipay.fields.sub_code, nearest?: string): Reply =>
  reply({ code: "40004", sub_code }, nearest)

const traded = (trade_status: keyof typeof published.alipay.fields.trade_status, nearest?: string): Reply =>
  reply({ code: "10000", trade_status }, nearest)

const wechat = (err_code: keyof typeof published.wechat.fields.err_code, nearest?: string): Reply =>
  reply({ result_code: "FAIL", err_code }, nearest)

const stands = (trade_state: keyof typeof published.wechat.fields.trade_state): Reply =>
  reply({ result_code: "SUCCESS", trade_state })

const passwordFree =
  "there is a code for limits of sums and none for this one: over it, the interface's own payers are asked for the password"

const noLimit =
  "no code of the interface tells of a payer's limits: over them its own payers are asked for the password"

/** How a refusal reads in each interface. */
interface Refusing {
  /** Whether it is recorded as what became of the order: then the other questions are answered with it. */
  readonly recorded: boolean
  readonly alipay: Reply
  readonly wechat: Reply
}

const recorded = (alipay: Reply, wechat: Reply): Refusing => ({ recorded: true, alipay, wechat })
const passing = (alipay: Reply, wechat: Reply): Refusing => ({ recorded: false, alipay, wechat })

/** Every refusal, by what was asked. */
const refusals: Readonly<Record<Question, Readonly<Record<string, Refusing>>>> = {
  pay: {
    AMOUNT_INVALID: passing(alipay("ACQ.INVALID_PARAMETER"), wechat("PARAM_ERROR")),
    AMOUNT_CHANGED: passing(
      alipay("ACQ.CONTEXT_INCONSISTENT"),
      wechat("OUT_TRADE_NO_USED", "the code does not say in what the requests differ")
    ),
    PAYER_CHANGED: passing(alipay("ACQ.TRADE_BUYER_NOT_MATCH"), wechat("BUYER_MISMATCH")),
    CODE_CHANGED: passing(
      alipay(
        "ACQ.CONTEXT_INCONSISTENT",
        "the interface compares amount, subject and buyer, and documents no error for another code"
      ),
      wechat("OUT_TRADE_NO_USED", "the code does not say in what the requests differ")
    ),
    NO_AGREEMENT: recorded(
      alipay("ACQ.USER_FACE_PAYMENT_SWITCH_OFF"),
      wechat("TRADE_ERROR", "no code tells that the payer has not agreed to payment by code")
    ),
    CODE_INVALID: recorded(
      alipay("ACQ.PAYMENT_AUTH_CODE_INVALID"),
      wechat(
        "AUTH_CODE_INVALID",
        "the interface tells expired and made-up codes apart, and the protocol does not say which it was"
      )
    ),
    CODE_USED: recorded(alipay("ACQ.PAYMENT_AUTH_CODE_INVALID"), wechat("AUTH_CODE_ERROR")),
    AMBIGUOUS_CODE: recorded(
      alipay("ACQ.PAYMENT_AUTH_CODE_INVALID", "no code tells that two accounts have the digits"),
      wechat("AUTH_CODE_INVALID", "no code tells that two accounts have the digits")
    ),
    OVER_PAYMENT_LIMIT: recorded(alipay("ACQ.TOTAL_FEE_EXCEED", passwordFree), wechat("TRADE_ERROR", noLimit)),
    OVER_DAY_SUM: recorded(alipay("ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR"), wechat("TRADE_ERROR", noLimit)),
    OVER_DAY_COUNT: recorded(
      alipay("ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR", "the code is of the day's sum, not its count"),
      wechat("TRADE_ERROR", noLimit)
    ),
    OVER_ACCOUNT_DAY: recorded(alipay("ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR"), wechat("TRADE_ERROR", noLimit)),
    PIN_REQUIRED: recorded(
      alipay("ACQ.PAYMENT_FAIL", "no code tells that the payer should confirm on the phone and show another"),
      wechat("TRADE_ERROR", "no code tells that the payer should confirm on the phone and show another")
    ),
    BALANCE: recorded(alipay("ACQ.BUYER_BALANCE_NOT_ENOUGH"), wechat("NOTENOUGH")),
    DECLINED: recorded(alipay("ACQ.PAYMENT_FAIL"), wechat("TRADE_ERROR")),
    THROTTLED: passing(
      reply({ code: "20000" }, "no code tells of wrong codes that are counted; this one settles nothing either"),
      wechat("SYSTEMERROR", "no code tells of wrong codes that are counted; this one settles nothing either")
    ),
    UNKNOWN: passing(alipay("ACQ.SYSTEM_ERROR"), wechat("SYSTEMERROR"))
  },
  query: {
    UNKNOWN: passing(alipay("ACQ.SYSTEM_ERROR"), wechat("SYSTEMERROR")),
    NO_SUCH_ORDER: passing(alipay("ACQ.TRADE_NOT_EXIST"), wechat("ORDERNOTEXIST"))
  },
  reversal: {
    REVERSE_EXPIRED: passing(alipay("ACQ.TRADE_CANCEL_TIME_OUT"), wechat("REVERSE_EXPIRE")),
    NO_SUCH_ORDER: passing(
      alipay(
        "ACQ.TRADE_NOT_EXIST",
        "the interface cancels what was never created, and has no code for a provider that does not: this is that of a query"
      ),
      wechat("ORDERNOTEXIST")
    ),
    UNKNOWN: passing(alipay("ACQ.SYSTEM_ERROR"), wechat("SYSTEMERROR"))
  },
  refund: {
    REFUND_EXPIRED: passing(alipay("ACQ.TRADE_HAS_FINISHED"), wechat("TRADE_OVERDUE")),
    MERCHANT_FUNDS: passing(alipay("ACQ.SELLER_BALANCE_NOT_ENOUGH"), wechat("NOTENOUGH")),
    REFUND_EXCEEDS: passing(
      alipay("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
      wechat("ERROR", "no code of its own: the reason is in the message")
    ),
    REFUND_CHANGED: passing(
      alipay("ACQ.DISCORDANT_REPEAT_REQUEST"),
      wechat("ERROR", "no code of its own: the reason is in the message")
    ),
    NOT_PAID: passing(
      alipay("ACQ.TRADE_STATUS_ERROR"),
      wechat("ERROR", "no code of its own: the reason is in the message")
    ),
    AMOUNT_INVALID: passing(alipay("ACQ.INVALID_PARAMETER"), wechat("PARAM_ERROR")),
    NO_SUCH_ORDER: passing(alipay("ACQ.TRADE_NOT_EXIST"), wechat("ORDERNOTEXIST")),
    UNKNOWN: passing(alipay("ACQ.SYSTEM_ERROR"), wechat("SYSTEMERROR"))
  },
  "refund query": {
    NO_SUCH_REFUND: passing(
      alipay("ACQ.TRADE_NOT_EXIST", "the interface tells of a refund that was not made by a success without a status"),
      wechat("REFUNDNOTEXIST")
    ),
    NO_SUCH_ORDER: passing(alipay("ACQ.TRADE_NOT_EXIST"), wechat("REFUNDNOTEXIST")),
    UNKNOWN: passing(alipay("ACQ.SYSTEM_ERROR"), wechat("SYSTEMERROR"))
  }
}

/** The replies of an interface to a question that is refused. */
const refusalsTo = (question: Question, face: Exclude<Interface, "paycode">): Replies =>
  Object.fromEntries(Object.entries(refusals[question]).map(([reason, replies]) => [reason, replies[face]]))

/** The same reply to whatever pay request was refused and recorded. */
const whenRefused = (same: Reply): Replies =>
  Object.fromEntries(
    Object.entries(refusals.pay).flatMap(([reason, { recorded }]) => (recorded ? [[reason, same]] : []))
  )

const alipayReplies: Readonly<Record<Question, Replies>> = {
  pay: {
    PAID: reply({ code: "10000" }),
    OPEN: reply({ code: "10003" }),
    REFUNDED: alipay("ACQ.TRADE_HAS_CLOSE", "there is no code of its own: a trade that is refunded in full is closed"),
    CLOSED: alipay("ACQ.TRADE_HAS_CLOSE"),
    REVERSED: alipay("ACQ.TRADE_HAS_CLOSE"),
    ...refusalsTo("pay", "alipay")
  },
  query: {
    PAID: traded("TRADE_SUCCESS"),
    OPEN: traded("WAIT_BUYER_PAY"),
    REFUNDED: traded("TRADE_CLOSED"),
    CLOSED: traded("TRADE_CLOSED"),
    REVERSED: traded("TRADE_CLOSED"),
    ...whenRefused(
      traded("TRADE_CLOSED", "there is no state for a payment that was refused; that of a closed trade is as definite")
    ),
    ...refusalsTo("query", "alipay")
  },
  reversal: {
    REVERSED: reply({ code: "10000" }),
    CLOSED: reply({ code: "10000" }, "a closed trade is cancelled as one that was never created is"),
    ...whenRefused(
      reply({ code: "10000" }, "a payment that was refused is cancelled as one that was never created is")
    ),
    ...refusalsTo("reversal", "alipay")
  },
  refund: {
    REFUNDED: reply({ code: "10000" }),
    ...refusalsTo("refund", "alipay")
  },
  "refund query": {
    REFUNDED: reply({ code: "10000", refund_status: "REFUND_SUCCESS" }),
    ...refusalsTo("refund query", "alipay")
  }
}

const wechatReplies: Readonly<Record<Question, Replies>> = {
  pay: {
    PAID: reply({ result_code: "SUCCESS" }),
    OPEN: wechat("USERPAYING"),
    REFUNDED: wechat("ORDERPAID", "there is no code of its own: the number has been paid under, and needs a new one"),
    CLOSED: wechat("ORDERCLOSED"),
    REVERSED: wechat("ORDERREVERSED"),
    ...refusalsTo("pay", "wechat")
  },
  query: {
    PAID: stands("SUCCESS"),
    OPEN: stands("USERPAYING"),
    REFUNDED: stands("REFUND"),
    CLOSED: stands("CLOSED"),
    REVERSED: stands("REVOKED"),
    ...whenRefused(stands("PAYERROR")),
    ...refusalsTo("query", "wechat")
  },
  reversal: {
    REVERSED: reply({ result_code: "SUCCESS" }),
    CLOSED: reply({ result_code: "SUCCESS" }, "an order that is not paid is closed by a reversal, and this one is"),
    ...whenRefused(reply({ result_code: "SUCCESS" })),
    ...refusalsTo("reversal", "wechat")
  },
  refund: {
    REFUNDED: reply({ result_code: "SUCCESS" }),
    ...refusalsTo("refund", "wechat")
  },
  "refund query": {
    REFUNDED: reply({ result_code: "SUCCESS", refund_status: "SUCCESS" }),
    ...refusalsTo("refund query", "wechat")
  }
}

const paycodeReplies = Object.fromEntries(
  questions.map((question) => [
    question,
    Object.fromEntries(Object.keys(alipayReplies[question]).map((answer) => [answer, reply({ answer })]))
  ])
) as Readonly<Record<Question, Replies>>

/** Every reply of every interface, by question and answer. */
export const replies: Readonly<Record<Interface, Readonly<Record<Question, Replies>>>> = {
  alipay: alipayReplies,
  wechat: wechatReplies,
  paycode: paycodeReplies
}

/**
 * How a query reads of an order that stands paid after a part of it was refunded, where an interface has a state for that: WeChat Pay's `REFUND`
 * is of orders that were refunded in part or in full.
 */
export const refundedInPart: Readonly<Record<Interface, Reply>> = {
  alipay: traded("TRADE_SUCCESS"),
  wechat: stands("REFUND"),
  paycode: reply({ answer: "PAID" })
}

/** The answers that no merchant is given, and who is. */
export const notForMerchants: Readonly<Record<string, string>> = {
  NO_CREDENTIAL: "the phone tells its holder; nobody else is asked",
  NOT_OWNER: "the provider tells the phone that asks for a credential",
  ANSWER_WRONG: "the provider tells the phone whose owner answered",
  TOO_MANY_ANSWERS: "the provider tells the phone whose owner answered",
  NOT_OPEN: "the provider tells the phone whose owner entered the password"
}

/** What the fields of a reply tell a merchant that has asked. */
export const tells = (
  face: Exclude<Interface, "paycode">,
  question: Question,
  { fields }: Reply
): ReadonlyArray<Tells> =>
  Object.entries(fields).flatMap(([field, value]) => {
    const values: Readonly<Record<string, Published>> | undefined = (published[face] as Interfaced).fields[field]
    const found = values?.[value]
    const told = found?.tells[question] ?? Object.values(found?.tells ?? {})[0]
    return told === undefined || told === "elsewhere" ? [] : [told]
  })
