// Every kind of token that `css` takes, and values that it does not.

import { Box, ContextView, Inline, Link } from "@stripe/ui-extension-sdk/ui";

export default function Styles() {
  return (
    <ContextView title="Styles">
      <Box css={{ borderWidth: 2, borderColor: "critical", borderBottomStyle: "dashed" }}>bordered</Box>
      <Box css={{ display: "grid", gridColumns: 3, gap: "small" }}>
        <Box>grid</Box>
        <Box>of</Box>
        <Box>three</Box>
      </Box>
      <Box css={{ bleedX: "medium", backgroundColor: "container" }}>bled</Box>
      <Box css={{ stack: "y", alignX: "start" }}>
        <Box css={{ alignSelfX: "end" }}>at the end</Box>
      </Box>
      <Box css={{ stack: "x", distribute: "space-between", alignY: "bottom" }}>
        <Inline css={{ font: "kicker", color: "secondary" }}>left</Inline>
        <Link href="https://example.com/" css={{ width: "1/2" }}>
          half
        </Link>
      </Box>
      <Box css={{ padding: "12px" as "small", color: "toString" as "brand", flex: 1 } as object}>refused</Box>
    </ContextView>
  );
}
