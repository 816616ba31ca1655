// Which permission a call of Stripe's API needs, by https://docs.stripe.com/stripe-apps/reference/permissions.

/** The first part of a path, and the resource in the names of its permissions. */
const RESOURCES: Record<string, string> = {
  account: "connected_account",
  accounts: "connected_account",
  account_links: "account_link",
  application_fees: "application_fee",
  balance: "balance",
  balance_transactions: "balance",
  "billing_portal/configurations": "customer_portal",
  "billing_portal/sessions": "customer_portal",
  "billing/meters": "billing_meter",
  charges: "charge",
  "checkout/sessions": "checkout_session",
  coupons: "coupon",
  credit_notes: "credit_note",
  customers: "customer",
  disputes: "dispute",
  "entitlements/active_entitlements": "entitlement",
  "entitlements/features": "entitlement",
  events: "event",
  file_links: "file",
  files: "file",
  invoiceitems: "invoice",
  invoices: "invoice",
  "issuing/authorizations": "issuing_authorization",
  "issuing/cardholders": "issuing_cardholder",
  "issuing/cards": "issuing_card",
  "issuing/disputes": "issuing_dispute",
  "issuing/transactions": "issuing_transaction",
  mandates: "mandate",
  orders: "order",
  payment_intents: "payment_intent",
  payment_links: "payment_links",
  payment_methods: "payment_method",
  payouts: "payout",
  plans: "plan",
  prices: "plan",
  products: "product",
  promotion_codes: "promotion_code",
  quotes: "quote",
  refunds: "charge",
  reviews: "review",
  setup_intents: "setup_intent",
  shipping_rates: "shipping_rate",
  sources: "source",
  subscription_items: "subscription",
  subscription_schedules: "subscription",
  subscriptions: "subscription",
  "tax/calculations": "tax_calculations_and_transactions",
  "tax/settings": "tax_settings",
  "tax/transactions": "tax_calculations_and_transactions",
  tax_rates: "tax_rate",
  "terminal/configurations": "terminal_configuration",
  "terminal/locations": "terminal_location",
  "terminal/readers": "terminal_reader",
  "test_helpers/test_clocks": "billing_clock",
  tokens: "token",
  topups: "top_up",
  transfers: "transfer",
  webhook_endpoints: "webhook",
};

/** Permissions that bring a reading one with them. */
const IMPLIED: Record<string, string[]> = {
  balance_read: ["balance_transaction_source_read"],
  application_fee_read: ["balance_transaction_source_read"],
  transfer_read: ["balance_transaction_source_read"],
  billing_clock_read: ["customer_read", "customer_write"],
  credit_note_read: ["invoice_read", "invoice_write"],
  invoice_read: ["credit_note_read", "credit_note_write"],
  mandate_read: ["checkout_session_read", "checkout_session_write", "payment_links_read", "setup_intent_read"],
  payment_intent_read: ["checkout_session_read", "checkout_session_write"],
  payment_links_read: ["checkout_session_read", "checkout_session_write"],
  product_read: ["checkout_session_read", "payment_intent_read", "payment_links_read", "plan_read", "quote_read"],
  setup_intent_read: ["checkout_session_read", "checkout_session_write"],
  source_read: ["payment_method_read", "payment_method_write"],
};

/** The permission that a call needs, or nothing where Stripe's page names none. */
export function permissionFor(method: string, path: string): string | undefined {
  const [, first = "", second = ""] = /^\/v1\/([^/?]+)(?:\/([^/?]+))?/.exec(path) ?? [];
  if (first === "apps" && second === "secrets") {
    return "secret_write";
  }
  if (first === "user" && second === "email") {
    return "user_email_read";
  }
  const resource = RESOURCES[`${first}/${second}`] ?? RESOURCES[first];
  return resource && `${resource}_${method === "GET" ? "read" : "write"}`;
}

/** Whether what a manifest declares is enough: writing includes reading, and some imply others. */
export function isGranted(needed: string, declared: string[]): boolean {
  const enough = [needed, needed.replace(/_read$/, "_write"), ...(IMPLIED[needed] ?? [])];
  return declared.some((permission) => enough.includes(permission));
}
