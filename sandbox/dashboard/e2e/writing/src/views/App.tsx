// Writes with the companion app's code, and its calls file: short notes, and one that is too long to be signed itself.

import type { ExtensionContextValue } from "@stripe/ui-extension-sdk/context";
import { Box, Button } from "@stripe/ui-extension-sdk/ui";
import { useState } from "react";

import { AuthGate } from "../../../../../../app/src/auth/AuthGate";
import type { Call } from "../../../../../../app/src/calls/call";
import { DrawerPage } from "../../../../../../app/src/components/Page";
import { theBackEnd } from "../../../../../../app/src/config";

export default function App(context: ExtensionContextValue) {
  return (
    <AuthGate context={context} backEnd={theBackEnd} Page={DrawerPage}>
      {({ call, frame }) => (
        <DrawerPage title="Notes" {...frame}>
          <Notes call={call} />
        </DrawerPage>
      )}
    </AuthGate>
  );
}

function Notes({ call }: { call: Call<typeof theBackEnd.calls> }) {
  const [made, setMade] = useState<string[]>([]);
  const write = async (text: string, id?: string) => {
    const { body } = await call("notes.create", {}, { body: { text }, id });
    setMade((before) => [...before, String(body?.id)]);
  };
  return (
    <Box>
      <Button onPress={() => void write("Called back.", "note-1")}>Write</Button>
      <Button onPress={() => void write("Called back.")}>Write another</Button>
      <Button onPress={() => void write("é".repeat(20_000))}>Write at length</Button>
      <Box>Made: {made.join(", ")}</Box>
    </Box>
  );
}
