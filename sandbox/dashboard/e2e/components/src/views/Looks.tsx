// Where things stand, and whether they can be read.

import { Box, Button, ContextView, FullPageView, Icon, OnboardingView } from "@stripe/ui-extension-sdk/ui";

const ICONS = [
  "add",
  "arrowsLoop",
  "bank",
  "calendar",
  "clipboard",
  "clock",
  "delete",
  "edit",
  "email",
  "external",
] as const;
const MORE = ["info", "link", "more", "refresh", "search", "settings", "star", "trash", "warning"] as const;

export default function Looks() {
  const actions = (
    <Box css={{ stack: "y" }}>
      <Button css={{ width: "fill" }}>As wide as the view</Button>
    </Box>
  );
  return (
    <FullPageView pageAction={{ label: "Create", onPress: () => undefined }}>
      <Box>Icons:</Box>
      {[...ICONS, ...MORE].map((name) => (
        <Icon key={name} name={name} />
      ))}
      <ContextView title="With actions" actions={actions}>
        Below the actions
      </ContextView>
      <OnboardingView title="Begin" description="By this button:" completed={false} tasks={[{ title: "Connect" }]}>
        <Button>Connect</Button>
      </OnboardingView>
    </FullPageView>
  );
}
