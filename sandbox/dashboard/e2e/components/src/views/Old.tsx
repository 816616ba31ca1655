// What extensions still did with SDK 8 and before: other names, and handlers that got events.

import { createRemoteReactComponent } from "@remote-ui/react";
import type { ComponentType, ReactNode } from "react";
import * as ui from "@stripe/ui-extension-sdk/ui";
import { createElement, useState } from "react";

type Anything = ComponentType<Record<string, unknown> & { children?: ReactNode }>;

/** A component as an old SDK sends it. */
function old(name: string): Anything {
  const { wrappedComponentName } = (ui as unknown as Record<string, { wrappedComponentName: string }>)[name] ?? {};
  return (props) => createElement(wrappedComponentName ?? name, { ...props, schemaVersion: "v8" });
}

const [Box, DateField, FocusView, Tabs, TabList, Tab, TabPanels, TabPanel] = [
  "Box",
  "DateField",
  "FocusView",
  "Tabs",
  "TabList",
  "Tab",
  "TabPanels",
  "TabPanel",
].map(old) as [Anything, Anything, Anything, Anything, Anything, Anything, Anything, Anything];

/** Of the alpha versions of SDK 9.2. */
const FullPageTabs = old("FullPageTabs");
const FullPageTab = createRemoteReactComponent("FullPageTab", { fragmentProps: ["content"] }) as unknown as Anything;

export default function Old() {
  const [said, setSaid] = useState("nothing");
  const [shown, setShown] = useState(true);
  return (
    <ui.ContextView title="Old">
      <Box css={{ layout: "row", gap: "small", background: "container" }}>
        <Box>in a row</Box>
      </Box>
      <DateField
        label="Day"
        onChange={({ target }: { target: { value: string } }) => setSaid(`date ${target.value}`)}
      />
      <Tabs>
        <TabList>
          <Tab key="one">One</Tab>
          <Tab key="two">Two</Tab>
        </TabList>
        <TabPanels>
          <TabPanel key="one">First panel</TabPanel>
          <TabPanel key="two">Second panel</TabPanel>
        </TabPanels>
      </Tabs>
      <FullPageTabs>
        <FullPageTab id="alpha" label="Alpha" content={<Box>Content of a tab</Box>} />
      </FullPageTabs>
      <ui.Select label="Quantity">
        {["1", "2", "3"].map((one) => (
          <option key={one} value={one} selected={one === "2"}>
            {one}
          </option>
        ))}
      </ui.Select>
      {createElement("Nonesuch", null, <ui.Box>Held by a stranger</ui.Box>)}
      {createElement("div", null, "Held by HTML")}
      {createElement("DataTable", null)}
      <ui.Badge {...({ media: <ui.Box>Nowhere</ui.Box> } as object)}>{`Badged: ${said}`}</ui.Badge>
      <ui.Box>Said: {said}</ui.Box>
      <FocusView
        title="Old focus"
        shown={shown}
        onClose={() => {
          setShown(false);
          setSaid("closed");
        }}
      >
        Focused
      </FocusView>
    </ui.ContextView>
  );
}
