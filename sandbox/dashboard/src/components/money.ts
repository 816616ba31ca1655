// Amounts, which Stripe gives in a currency's smallest unit.

/** How many digits a currency has behind its point: 2 for USD, none for JPY. */
export function fractionDigits(currency: string): number {
  try {
    return format(currency).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    // USDC and the like are no ISO currencies.
    return 2;
  }
}

/** 1099 and `usd` as $10.99. */
export function formatMoney(amount: number, currency: string): string {
  const major = amount / 10 ** fractionDigits(currency);
  try {
    return format(currency).format(major);
  } catch {
    return `${major.toFixed(2)} ${currency.toUpperCase()}`;
  }
}

function format(currency: string): Intl.NumberFormat {
  return new Intl.NumberFormat("en-US", { style: "currency", currency });
}
