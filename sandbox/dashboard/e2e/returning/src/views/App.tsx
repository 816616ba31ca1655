// Sends the browser to a provider by itself, as Stripe's dropbox-oauth-pkce did.

import type { ExtensionContextValue } from "@stripe/ui-extension-sdk/context";
import { Box, ContextView, Link } from "@stripe/ui-extension-sdk/ui";
import { createOAuthState } from "@stripe/ui-extension-sdk/utils";
import { useEffect, useState } from "react";

export default function App({ environment, oauthContext }: ExtensionContextValue) {
  const { RETURN_ADDRESS } = environment.constants as { RETURN_ADDRESS: string };
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    void createOAuthState().then(({ state, challenge }) => {
      const query = new URLSearchParams({ redirect_uri: RETURN_ADDRESS, state, code_challenge: challenge });
      setAddress(`https://provider.example/authorize?${query}`);
    });
  }, [RETURN_ADDRESS]);
  return (
    <ContextView title="Returning">
      {address && <Link href={address}>Sign in</Link>}
      <Box>Code: {oauthContext?.code ?? "none"}</Box>
      <Box>Verifier: {oauthContext?.verifier ?? "none"}</Box>
    </ContextView>
  );
}
