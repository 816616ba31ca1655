// Where things stand, and whether they can be read.

import { Box, FullPageView, Icon } from "@stripe/ui-extension-sdk/ui";

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
  return (
    <FullPageView pageAction={{ label: "Create", onPress: () => undefined }}>
      <Box>Icons:</Box>
      {[...ICONS, ...MORE].map((name) => (
        <Icon key={name} name={name} />
      ))}
    </FullPageView>
  );
}
