/** `paycode/wallet`: a phone, which makes its codes offline, and the forms of what it holds. */
import "./Supported.ts"

export * as Credentials from "../impl/credentials/Credentials.ts"
export * from "../impl/wallet/Wallet.ts"
