// Every component of the SDK, once. What the SDK has and this page has not is named at its end.

import * as ui from "@stripe/ui-extension-sdk/ui";
import * as experimental from "@stripe/ui-extension-sdk/ui/experimental";
import * as next from "@stripe/ui-extension-sdk/ui/next";
import { type ReactNode, useState } from "react";

const columns: ui.DataTableColumn[] = [
  { key: "name", label: "Name" },
  { key: "amount", label: "Amount", cell: { type: "currency", currency: "usd" } },
  { key: "paid", label: "Paid", cell: { type: "date", options: { style: "medium-year-month-day", timeZone: "UTC" } } },
  { key: "status", label: "Status", cell: { type: "status", statusMap: { done: "positive" } } },
  { key: "id", label: "Id", cell: { type: "id" } },
  { key: "page", label: "Page", cell: { type: "link", linkMap: { "https://a.example/": "A page" } } },
];
const items = ["Ada", "Grace", "Eve"].map((name, index) => ({
  id: `row_${index}`,
  name,
  amount: 1099,
  paid: 499_046_400,
  status: "done",
  page: "https://a.example/",
}));
const series = [1, 3, 2].map((y, index) => ({ x: new Date(2026, index, 1), y, name: "Sales" }));
const breadcrumbs: ui.BreadcrumbLink[] = [{ type: "link", label: "Up", route: { name: "fullPageGlob" } }];

export default function Everything() {
  const [said, say] = useState("nothing");
  const press = () => say("pressed");
  const samples: Record<string, ReactNode> = {
    Accordion: (
      <ui.Accordion>
        <ui.AccordionItem
          title="Accordion title"
          subtitle="Accordion subtitle"
          media={<ui.Icon name="bank" />}
          actions={<ui.Button onPress={() => say("accordion action")}>Accordion action</ui.Button>}
          onChange={(isOpen) => say(`accordion ${isOpen}`)}
        >
          Accordion body
        </ui.AccordionItem>
      </ui.Accordion>
    ),
    Badge: <ui.Badge type="urgent">Badge</ui.Badge>,
    Banner: <ui.Banner title="Banner" onDismiss={press} />,
    BarChart: (
      <ui.BarChart data={[{ day: "Mon", total: 3 }]} x="day" y={{ value: "total", format: { currency: "USD" } }} />
    ),
    Box: <ui.Box>Box</ui.Box>,
    Button: <ui.Button pending>Button</ui.Button>,
    ButtonGroup: (
      <ui.ButtonGroup menuTrigger={<ui.Link>More</ui.Link>}>{<ui.Button>Grouped</ui.Button>}</ui.ButtonGroup>
    ),
    Checkbox: <ui.Checkbox label="Checkbox" />,
    Chip: (
      <ui.ChipList>
        <ui.Chip label="Suggested" onAddSuggestion={() => say("suggested")} />
        <ui.Chip label="Status" value="Paid" onClose={() => say("chip closed")} />
      </ui.ChipList>
    ),
    ContextView: <ui.ContextView title="ContextView">In context</ui.ContextView>,
    CurrencyField: <ui.CurrencyField label="CurrencyField" currencyAllowlist={["USD", "EUR"]} />,
    DataTable: (
      <ui.DataTable
        columns={columns}
        items={items}
        pagination={{ pageSize: 2 }}
        batchable={{ onBatchChange: (picked) => say(`picked ${Object.keys(picked)}`) }}
        rowActions={[{ id: "refund", label: "Refund", onPress: ({ id }) => say(`refund ${id}`) }]}
        onRowClick={({ id }) => say(`row ${id}`)}
      />
    ),
    DateField: <ui.DateField label="DateField" />,
    DateRangePicker: (
      <ui.DateRangePicker
        label="DateRangePicker"
        timeZone="UTC"
        value={{ range: "last7Days" }}
        onChange={({ range }) => say(`range ${range}`)}
      />
    ),
    DetailPage: (
      <ui.DetailPage
        title="DetailPage"
        breadcrumbs={breadcrumbs}
        actions={[{ label: "Detail action", onPress: press }]}
        primaryColumn="Primary"
        secondaryColumn="Secondary"
      />
    ),
    DetailPagePropertyList: (
      <ui.DetailPagePropertyList
        pending={false}
        items={[{ label: "Property", values: [{ label: { text: "Its value" } }] }]}
      />
    ),
    DetailPageTable: <ui.DetailPageTable pending={false} columns={columns} items={[]} emptyMessage="Nobody yet" />,
    Divider: <ui.Divider />,
    FocusView: <ui.FocusView title="FocusView">Hidden until it is shown</ui.FocusView>,
    FormFieldGroup: <ui.FormFieldGroup legend="FormFieldGroup">Fields</ui.FormFieldGroup>,
    FullPageView: <ui.FullPageView pageAction={{ label: "Page action", onPress: press }}>Full page</ui.FullPageView>,
    Icon: <ui.Icon name="warning" />,
    Img: <ui.Img alt="A dot" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7" />,
    Inline: <ui.Inline>Inline</ui.Inline>,
    LineChart: <ui.LineChart data={series} x="x" y="y" color="name" />,
    Link: <ui.Link href="https://example.com/">Link</ui.Link>,
    List: (
      <ui.List onAction={(id) => say(`list ${id}`)}>
        <ui.ListItem id="first" title="First item" secondaryTitle="Second line" value={7} />
      </ui.List>
    ),
    ListPage: <experimental.ListPage title="ListPage" columns={columns} data={{ items }} />,
    Menu: (
      <ui.Menu trigger={<ui.Button>Open menu</ui.Button>} onAction={(id) => say(`menu ${id}`)}>
        <ui.MenuGroup title="Group">
          <ui.MenuItem id="copy">Copy it</ui.MenuItem>
        </ui.MenuGroup>
      </ui.Menu>
    ),
    MeterChart: (
      <next.MeterChart
        data={[
          { label: "Gold", value: 3 },
          { label: "Silver", value: 5 },
        ]}
      />
    ),
    OnboardingView: (
      <ui.OnboardingView title="OnboardingView" completed={false} tasks={[{ title: "Connect", status: "in-progress" }]}>
        On board
      </ui.OnboardingView>
    ),
    OverviewPage: <ui.OverviewPage primaryColumn="Overview" />,
    PageModule: (
      <ui.PageModule title="PageModule" extraActions={[{ label: "Module action", onPress: press }]}>
        In a module
      </ui.PageModule>
    ),
    PlatformConfigurationView: (
      <ui.PlatformConfigurationView onSubmit={({ values }) => say(`submitted ${values.plan}`)}>
        <ui.TextField label="Plan" name="plan" defaultValue="pro" />
      </ui.PlatformConfigurationView>
    ),
    PropertyList: (
      <ui.PropertyList>
        <ui.PropertyListItem label="Label" value="Value" />
      </ui.PropertyList>
    ),
    Radio: <ui.Radio label="Radio" name="radio" />,
    SearchField: (
      <ui.SearchField
        label="SearchField"
        selectionMode="single"
        data={[{ id: "one", value: "One result" }]}
        onSelectionChange={(id) => say(`found ${id}`)}
      />
    ),
    Select: <ui.Select label="Select">{<option>Option</option>}</ui.Select>,
    SettingsView: <ui.SettingsView onSave={() => say("saved")}>Settings</ui.SettingsView>,
    SignInView: <ui.SignInView primaryAction={{ label: "Sign in here", href: "https://example.com/" }} />,
    SparkLineChart: <next.SparkLineChart data={series} />,
    Sparkline: <ui.Sparkline data={series} x="x" y="y" />,
    Spinner: <ui.Spinner />,
    StripeFileUploader: (
      <ui.StripeFileUploader
        label="StripeFileUploader"
        purpose="dispute_evidence"
        onComplete={({ filename }) => say(`${filename}`)}
      />
    ),
    Switch: <ui.Switch label="Switch" />,
    Table: (
      <ui.Table>
        <ui.TableHead>
          <ui.TableRow>
            <ui.TableHeaderCell>Header</ui.TableHeaderCell>
          </ui.TableRow>
        </ui.TableHead>
        <ui.TableBody>
          <ui.TableRow>
            <ui.TableCell align="right">Cell</ui.TableCell>
          </ui.TableRow>
        </ui.TableBody>
        <ui.TableFooter>
          <ui.TableRow>
            <ui.TableCell>Footer</ui.TableCell>
          </ui.TableRow>
        </ui.TableFooter>
      </ui.Table>
    ),
    Tabs: (
      <ui.Tabs onSelectionChange={(id) => say(`tab ${id}`)}>
        <ui.TabList>
          <ui.Tab id="left">Left tab</ui.Tab>
          <ui.Tab id="right">Right tab</ui.Tab>
        </ui.TabList>
        <ui.TabPanels>
          <ui.TabPanel id="left">Left panel</ui.TabPanel>
          <ui.TabPanel id="right">Right panel</ui.TabPanel>
        </ui.TabPanels>
      </ui.Tabs>
    ),
    "next.BarChart": <next.BarChart data={[{ x: "Mon", y: 2, name: "Sales" }]} />,
    "next.LineChart": <next.LineChart data={series} />,
    "next.Tabs": (
      <next.Tabs>
        <next.Tab id="near" label="Near tab">
          Near panel
        </next.Tab>
        <next.Tab id="far" label="Far tab">
          Far panel
        </next.Tab>
      </next.Tabs>
    ),
    TaskList: (
      <ui.TaskList>
        <ui.TaskListItem
          title="Task"
          status="complete"
          onPress={() => say("task")}
          subTasks={[{ title: "Sub-task" }]}
        />
      </ui.TaskList>
    ),
    TextArea: <ui.TextArea label="TextArea" />,
    TextField: <ui.TextField label="TextField" />,
    Tooltip: <ui.Tooltip trigger={<ui.Button>Hover</ui.Button>}>Tooltip text</ui.Tooltip>,
  };
  // Parts are shown by what they are parts of.
  const parts = Object.keys({ ...ui, ...next, ...experimental }).filter((name) => !(name in samples));
  return (
    <ui.Box css={{ stack: "y", gap: "medium", padding: "medium" }}>
      <ui.Box>Said: {said}</ui.Box>
      {Object.entries(samples).map(([name, sample]) => (
        <ui.Box key={name}>
          <ui.Box css={{ font: "kicker", color: "secondary" }}>{name}</ui.Box>
          {sample}
        </ui.Box>
      ))}
      <ui.Box>Parts: {parts.join(" ")}</ui.Box>
    </ui.Box>
  );
}
