/** Said: what each example prints, for whoever runs them: in a clone, and with a package that was made of it. */
export const said: Readonly<Record<string, RegExp>> = {
  "audit.ts":
    /^Alipay's payment code.*\npayee-agreement: fails, asserted: fails\nguess-blind: fails, asserted: fails\n$/,
  "model.ts": /^20000 Success\n0 Failure\n0\.5 Failure\n$/,
  "provider.ts": /^account 0\n$/,
  "search.ts": /^in-stock 8 \[(\{"till":[01],"sells":(true|false)\},?){4}\]\n$/,
  "spec.ts": /^\d+ claims, \d+ capabilities of adversaries\n([A-Z]{3}-\d+: .*\n)+$/,
  "till.ts": /^Failure, PAID, paid\n$/,
  "vectors.ts": /^\d+ proofs, 0 failed\n$/,
  "wallet.ts": /^a code of 18 digits\n$/
}
