import { Box, ContextView } from "@stripe/ui-extension-sdk/ui";
import { forwardRef } from "react";

const Forwarded = forwardRef(function Forwarded() {
  return (
    <ContextView title="Forwarded">
      <Box>Rendered</Box>
    </ContextView>
  );
});

export default Forwarded;
