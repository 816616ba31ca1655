// A view of which a part throws when it is rendered first.

import { Box, ContextView } from "@stripe/ui-extension-sdk/ui";

export default function AtOnce() {
  return (
    <ContextView title="At once">
      <Box>
        <Inner />
      </Box>
    </ContextView>
  );
}

function Inner(): never {
  throw new TypeError("inner is not ready");
}
