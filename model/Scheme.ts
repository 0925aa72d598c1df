export interface Scheme {
  readonly scheme: string
  readonly code: { readonly alias: "masked-index" | "token"; readonly prefix: string; readonly digits: number; readonly aliasDigits: number; readonly otpDigits: number }
  readonly clock: { readonly step: number; readonly drift: number; readonly nodeSkew: number; readonly utcOffset: number }
  readonly window: { readonly past: number; readonly future: number }
  readonly display: number
  readonly relay: { readonly deliveryAtMost: number }
  readonly order: { readonly bindsCode: boolean }
  readonly limit: { readonly payment: number; readonly daySum: number }
  readonly leak: { readonly seconds: number }
}
