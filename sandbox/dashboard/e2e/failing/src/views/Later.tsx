// A view that throws when it is asked to, in each way there is.

import { Box, Button, ContextView } from "@stripe/ui-extension-sdk/ui";
import { memo, useState } from "react";

function Later() {
  const [failing, setFailing] = useState(false);
  if (failing) {
    throw new Error("a later render");
  }
  return (
    <ContextView title="Later">
      <Box>Rendered</Box>
      <Button onPress={() => setFailing(true)}>Render</Button>
      <Button onPress={handle}>Handler</Button>
      <Button onPress={async () => void (await refuse())}>Awaited</Button>
      <Button onPress={() => void refuse()}>Promise</Button>
      <Button onPress={() => void setTimeout(tick)}>Timer</Button>
    </ContextView>
  );
}

function handle(): never {
  throw new Error("a handler");
}

async function refuse(): Promise<never> {
  await Promise.resolve();
  throw new Error("a promise");
}

function tick(): never {
  throw new Error("a timer");
}

export default memo(Later);
