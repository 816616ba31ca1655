// An app of a version 2 manifest, with images of every kind and a client that was written for Node.js.

import { Box, Button, ContextView, Img } from "@stripe/ui-extension-sdk/ui";
import { stripeApiFetch } from "@stripe/ui-extension-sdk/utils";

import Client from "old-client";

import gif from "./dot.gif";
import jfif from "./dot.jfif";
import jpeg from "./dot.jpeg";
import jpg from "./dot.jpg";
import pjp from "./dot.pjp";
import pjpeg from "./dot.pjpeg";
import png from "./dot.png";
import svg from "./dot.svg";
import webp from "./dot.webp";

export default function App() {
  const client = new Client();
  let heard = "nothing";
  client.once("ready", (what: string) => (heard = what));
  client.emit("ready", "an event");
  return (
    <ContextView title="Second">
      {Object.entries({ gif, jfif, jpeg, jpg, pjp, pjpeg, png, svg, webp }).map(([kind, src]) => (
        <Img key={kind} alt={kind} src={src} width={10} />
      ))}
      <Box>Client: {[client.file, client.host, client.agent ? "an agent" : "no agent", heard].join(", ")}</Box>
      <Button onPress={() => void stripeApiFetch("https://api.stripe.com/v1/customers")}>Customers</Button>
      <Button onPress={() => void fetch("https://elsewhere.example/api/data").catch(() => undefined)}>Reach out</Button>
    </ContextView>
  );
}
