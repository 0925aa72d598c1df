/** Schemes: the files of the built-in schemes by name, as they stand in `spec/schemes`. */
import alipay from "./schemes/alipay.json" with { type: "json" }
import alipaySmsOcra from "./schemes/alipay-sms-ocra.json" with { type: "json" }
import alipaySmsPassword from "./schemes/alipay-sms-password.json" with { type: "json" }
import alipayTillQr from "./schemes/alipay-till-qr.json" with { type: "json" }
import hardened from "./schemes/hardened.json" with { type: "json" }
import unionpay from "./schemes/unionpay.json" with { type: "json" }
import wechat from "./schemes/wechat.json" with { type: "json" }

/** What the files hold. Nothing of it is checked yet. */
export const files = {
  alipay,
  wechat,
  unionpay,
  hardened,
  "alipay-sms-password": alipaySmsPassword,
  "alipay-sms-ocra": alipaySmsOcra,
  "alipay-till-qr": alipayTillQr
} as const satisfies Readonly<Record<string, unknown>>

/** The name of a built-in scheme. */
export type SchemeName = keyof typeof files

/** The names of the built-in schemes: those that differ in more than their way of step-up come first. */
export const schemeNames = Object.keys(files) as ReadonlyArray<SchemeName>

/** Whether a name is that of a built-in scheme. */
export const isSchemeName = (name: string): name is SchemeName => Object.hasOwn(files, name)
