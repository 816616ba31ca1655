// Objects of Stripe's API that an extension finds: one of each kind that has a page of its own, all made up, and all of
// the customer Jenny Rosen, who is a contact at the sandbox's provider, too. Lists hold that one.

import type { Choice } from "./choice";
import { ACCOUNTS, withChosen } from "./choice";
import { objectOf } from "./viewports";

const CREATED = 1_760_000_000;
const id = (page: string) => objectOf(`stripe.dashboard.${page}.detail`)?.id;

const customer = {
  id: id("customer"),
  object: "customer",
  name: "Jenny Rosen",
  email: "jenny.rosen@example.com",
  phone: null,
  description: "Made up by the sandbox",
  currency: "usd",
  balance: 0,
  delinquent: false,
  address: {
    line1: "1 Example Street",
    line2: null,
    city: "London",
    state: null,
    postal_code: "E1 1AA",
    country: "GB",
  },
  shipping: null,
  invoice_prefix: "SANDBOX",
};

const product = {
  id: id("product"),
  object: "product",
  name: "Example plan",
  description: "Made up by the sandbox",
  active: true,
  images: [],
  default_price: "price_1SandboxPrice",
  type: "service",
  unit_label: null,
  url: null,
};

const price = {
  id: "price_1SandboxPrice",
  object: "price",
  active: true,
  currency: "usd",
  unit_amount: 1999,
  product: product.id,
  recurring: { interval: "month", interval_count: 1, usage_type: "licensed" },
  type: "recurring",
};

const charge = {
  id: "ch_3SandboxCharge",
  object: "charge",
  amount: 1999,
  amount_refunded: 0,
  currency: "usd",
  customer: customer.id,
  paid: true,
  refunded: false,
  status: "succeeded",
  payment_intent: id("payment"),
  billing_details: { name: customer.name, email: customer.email, phone: null, address: customer.address },
  receipt_url: null,
  statement_descriptor: null,
};

const paymentIntent = {
  id: id("payment"),
  object: "payment_intent",
  amount: 1999,
  amount_received: 1999,
  currency: "usd",
  customer: customer.id,
  description: "Made up by the sandbox",
  status: "succeeded",
  payment_method: "pm_1SandboxCard",
  payment_method_types: ["card"],
  latest_charge: charge.id,
  charges: list("charges", [charge]),
  receipt_email: customer.email,
};

const invoice = {
  id: id("invoice"),
  object: "invoice",
  number: "SANDBOX-0001",
  customer: customer.id,
  customer_name: customer.name,
  customer_email: customer.email,
  currency: "usd",
  amount_due: 1999,
  amount_paid: 1999,
  amount_remaining: 0,
  subtotal: 1999,
  total: 1999,
  status: "paid",
  paid: true,
  account_name: "Alpine",
  account_country: "US",
  payment_intent: paymentIntent.id,
  subscription: id("subscription"),
  lines: list("invoices/lines", []),
  hosted_invoice_url: null,
  due_date: null,
};

const subscription = {
  id: id("subscription"),
  object: "subscription",
  customer: customer.id,
  status: "active",
  currency: "usd",
  current_period_start: CREATED,
  current_period_end: CREATED + 30 * 24 * 60 * 60,
  start_date: CREATED,
  cancel_at_period_end: false,
  collection_method: "charge_automatically",
  latest_invoice: invoice.id,
  items: list("subscription_items", [
    { id: "si_SandboxItem", object: "subscription_item", quantity: 1, price, plan: price },
  ]),
};

const paymentMethod = {
  id: "pm_1SandboxCard",
  object: "payment_method",
  type: "card",
  customer: customer.id,
  billing_details: charge.billing_details,
  card: { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2034, country: "US", funding: "credit" },
};

const COLLECTIONS: Record<string, { id: string | undefined }[]> = {
  charges: [charge],
  customers: [customer],
  invoices: [invoice],
  payment_intents: [paymentIntent],
  payment_methods: [paymentMethod],
  prices: [price],
  products: [product],
  subscriptions: [subscription],
};

/** What `GET` of a path answers, with what it wants expanded, or nothing where the sandbox has nothing. */
export function fixtureOf(path: string, expand: string[], { account, mode }: Choice): object | undefined {
  const [collection = "", wanted] = path.replace(/^\/v1\//, "").split("/");
  const shown = (object: object) => ({
    created: CREATED,
    livemode: mode === "live",
    metadata: {},
    ...object,
    ...expanded(object, expand),
  });
  if (path === "/v1/account" || path === `/v1/accounts/${account}`) {
    return shown(accountOf(account));
  }
  const objects = Object.hasOwn(COLLECTIONS, collection) ? COLLECTIONS[collection] : undefined;
  if (!objects || path.split("/").length > 4) {
    return undefined;
  }
  if (wanted === undefined) {
    return list(collection, objects.map(shown));
  }
  const found = objects.find((object) => object.id === wanted);
  return found && shown(found);
}

/** The objects that fields of another name by id. */
function expanded(object: object, fields: string[]): object {
  const all = Object.values(COLLECTIONS).flat();
  const found = Object.entries(object).map(([name, value]) => [name, all.find(({ id }) => id === value)] as const);
  return Object.fromEntries(found.filter(([name, other]) => fields.includes(name) && other));
}

function accountOf(account: string): object {
  const name = withChosen(ACCOUNTS, account).find(({ id }) => id === account)?.name ?? account;
  return {
    id: account,
    object: "account",
    type: "standard",
    country: "US",
    default_currency: "usd",
    email: "owner@account.example",
    business_profile: { name, url: "https://account.example", support_email: null },
    settings: { dashboard: { display_name: name, timezone: "Etc/UTC" } },
    charges_enabled: true,
    payouts_enabled: true,
    details_submitted: true,
  };
}

function list(path: string, data: object[]): object {
  return { object: "list", data, has_more: false, url: `/v1/${path}` };
}
