// Stripe's Node library, over JSON lines: {header, payload, secret, now} in, its verdict out. Run it in the folder where
// `npm ci` was run.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.cwd()}/`);
const Stripe = require("stripe");
const { StripeSignatureVerificationError } = Stripe.errors;
const { signature } = new Stripe("sk_test_unused").webhooks;

for await (const line of createInterface({ input: process.stdin })) {
  const { header, payload, secret, now } = JSON.parse(line);
  Date.now = () => now * 1000;
  let verdict = "accepts";
  try {
    signature.verifyHeader(payload, header, secret, 300);
  } catch (error) {
    verdict = error instanceof StripeSignatureVerificationError ? "refuses" : "breaks";
  }
  console.log(JSON.stringify(verdict));
}
