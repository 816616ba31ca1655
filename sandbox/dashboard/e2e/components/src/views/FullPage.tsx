// A full page with routes of its own, storage, and links into the Dashboard.

import type { ExtensionContextValue } from "@stripe/ui-extension-sdk/context";
import { useStorage } from "@stripe/ui-extension-sdk/data";
import {
  AppRouter,
  NavigationProvider,
  createRoutes,
  route,
  useNavigation,
  useSearchParam,
} from "@stripe/ui-extension-sdk/navigation";
import { Box, Button, DetailPage, FullPageView, Link, OverviewPage, PageModule } from "@stripe/ui-extension-sdk/ui";

const routes = createRoutes({
  member: route("/members/:id", ({ id }: { id: string }) => <Member id={id} />),
  fresh: route("/members/new", () => <Box>A new member</Box>),
  home: route("/", () => <Home />),
});

declare module "@stripe/ui-extension-sdk/navigation" {
  interface RouteRegister {
    routes: typeof routes;
  }
}

export default function FullPage(context: ExtensionContextValue) {
  return (
    <NavigationProvider routes={routes}>
      <AppRouter context={context} redirectOnNotFound={{ key: "home" }} />
    </NavigationProvider>
  );
}

function Home() {
  const { navigateToAppRoute } = useNavigation();
  const [tier = "any", setTier] = useSearchParam("tier");
  const [note, setNote] = useStorage("note");
  return (
    <FullPageView>
      <OverviewPage
        primaryColumn={
          <PageModule title="Members">
            <Button onPress={() => navigateToAppRoute({ key: "member", params: { id: "m/1" } })}>Open member</Button>
            <Button onPress={() => navigateToAppRoute({ key: "fresh" })}>New member</Button>
            <Button onPress={() => setTier("gold")}>Gold only</Button>
            <Box>Tier: {String(tier)}</Box>
          </PageModule>
        }
        secondaryColumn={
          <PageModule title="Notes">
            <Button onPress={() => setNote("remembered")}>Remember</Button>
            <Box>Note: {note ?? "none"}</Box>
            <Link href="/customers/cus_1">A customer</Link>
            <Link href="/radar/rules">Rules</Link>
          </PageModule>
        }
      />
    </FullPageView>
  );
}

function Member({ id }: { id: string }) {
  const { createAppRoute } = useNavigation();
  return (
    <DetailPage
      title={`Member ${id}`}
      breadcrumbs={[{ type: "link", label: "All members", route: createAppRoute({ key: "home" }) }]}
      primaryColumn={<PageModule title="Details">Member since today</PageModule>}
    />
  );
}
