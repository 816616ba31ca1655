// What a detail page is about, and its views are told. All of it is made up.

const OBJECTS: Record<string, { id: string; object: string }> = {
  customer: { id: "cus_SandboxCustomer", object: "customer" },
  invoice: { id: "in_1SandboxInvoice", object: "invoice" },
  payment: { id: "pi_3SandboxPayment", object: "payment_intent" },
  product: { id: "prod_SandboxProduct", object: "product" },
  subscription: { id: "sub_1SandboxSubscription", object: "subscription" },
};

export function objectOf(viewport: string): { id: string; object: string } | null {
  const [, page = ""] = /^stripe\.dashboard\.([a-z]+)\.detail$/.exec(viewport) ?? [];
  return OBJECTS[page] ?? null;
}
