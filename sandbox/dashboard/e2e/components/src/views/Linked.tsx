// A view that is told by the address what is wanted of it, and shows images from elsewhere.

import type { ExtensionContextValue } from "@stripe/ui-extension-sdk/context";
import { Box, ContextView, Img, Link } from "@stripe/ui-extension-sdk/ui";

export default function Linked({ environment: { queryParams } }: ExtensionContextValue) {
  return (
    <ContextView title="Linked">
      <Box>Told: {JSON.stringify(queryParams)}</Box>
      <Link href={{ name: "products", envParams: { tab: "two" } }}>By descriptor</Link>
      <Link href="/test/products?app_tab=three&page=2">By path</Link>
      <Img alt="ours" src="https://images.example/ours/dot.png" />
      <Img alt="theirs" src="https://images.example/theirs/dot.png" />
    </ContextView>
  );
}
