// Stripe's API, as extensions call it.

import type { ExtensionContextValue } from "@stripe/ui-extension-sdk/context";
import { Box, Button, ContextView } from "@stripe/ui-extension-sdk/ui";
import { createHttpClient, stripeApiFetch } from "@stripe/ui-extension-sdk/utils";
import { useState } from "react";

const API = "https://api.stripe.com";

export default function StripeApi({ userContext }: ExtensionContextValue) {
  const [answer, setAnswer] = useState("none yet");
  const call = async (path: string, options: object = {}) => {
    setAnswer("asking");
    const { status, json } = await stripeApiFetch(`${API}${path}`, options);
    setAnswer(`${status} ${JSON.stringify(json)}`);
  };
  const form = (fields: Record<string, string>) => ({ method: "POST", body: new URLSearchParams(fields).toString() });
  const mine = { "scope[type]": "user", "scope[user]": userContext.id ?? "" };
  const everyones = { "scope[type]": "account" };
  const theirs = { "scope[type]": "user", "scope[user]": "usr_someoneElse" };

  async function byClient() {
    const client = createHttpClient();
    const response = await client.makeRequest("api.stripe.com", 443, "/v1/customers", "GET", {}, null, "https");
    setAnswer(`client ${response.getStatusCode()} ${JSON.stringify(await response.toJSON())}`);
  }
  return (
    <ContextView title="Stripe's API">
      <Button onPress={() => void call("/v1/customers/cus_SandboxCustomer")}>Customer</Button>
      <Button onPress={() => void byClient()}>Customers by client</Button>
      <Button onPress={() => void call("/v1/payment_intents")}>Payments</Button>
      <Button onPress={() => void call("/v1/invoices/in_1SandboxInvoice?expand[]=customer")}>Invoice and customer</Button>
      <Button onPress={() => void call("/v1/invoices/in_1SandboxInvoice?expand[]=subscription")}>
        Invoice and subscription
      </Button>
      <Button onPress={() => void call("/v1/climate/orders")}>Climate orders</Button>
      <Button onPress={() => void call("/v1/apps/secrets", form({ name: "note", payload: "kept", ...mine }))}>
        Keep
      </Button>
      <Button
        onPress={() =>
          void call(`/v1/apps/secrets/find?${new URLSearchParams({ name: "note", "expand[]": "payload", ...mine })}`)
        }
      >
        Find
      </Button>
      <Button onPress={() => void call("/v1/apps/secrets", form({ name: "note", payload: "shared", ...everyones }))}>
        Share
      </Button>
      <Button
        onPress={() =>
          void call(
            `/v1/apps/secrets/find?${new URLSearchParams({ name: "note", "expand[]": "payload", ...everyones })}`,
          )
        }
      >
        Find shared
      </Button>
      <Button onPress={() => void call("/v1/apps/secrets", form({ name: "note", payload: "stolen", ...theirs }))}>
        Steal
      </Button>
      <Box>Answer: {answer}</Box>
    </ContextView>
  );
}
