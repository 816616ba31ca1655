// HTML stand-ins for the SDK's components, by the names they have on the wire.

import { createController } from "@remote-ui/react/host";
import { type ComponentType, type ReactNode, isValidElement } from "react";

import { Button, ButtonGroup, Link } from "./actions";
import { BarChart, LineChart, MeterChart, Sparkline } from "./charts";
import { Badge, Banner, Icon, Img, Spinner } from "./display";
import { Checkbox, FormFieldGroup, Radio, Switch, TextArea, TextField } from "./fields";
import { Guard } from "./guard";
import { Accordion, AccordionItem, Box, Divider, Inline } from "./layout";
import { List, ListItem, PropertyList, PropertyListItem, TaskList, TaskListItem } from "./lists";
import { Chip, ChipList, Menu, MenuGroup, MenuItem, Tooltip } from "./menus";
import {
  DetailPage,
  DetailPagePropertyList,
  DetailPageTable,
  FullPageView,
  ListPage,
  OverviewPage,
  PageModule,
} from "./pages";
import { CurrencyField, DateField, DateRangePicker, SearchField, StripeFileUploader } from "./pickers";
import { Option, OptionGroup, Select } from "./select";
import { DataTable, Table, TableBody, TableCell, TableFooter, TableHead, TableHeaderCell, TableRow } from "./tables";
import { FullPageTab, NextTabs, Tab, TabList, TabPanel, TabPanels, Tabs } from "./tabs";
import { ContextView, FocusView, OnboardingView, PlatformConfigurationView, SettingsView, SignInView } from "./views";

const components = {
  Accordion,
  AccordionItem,
  Badge,
  Banner,
  BarChart,
  Box,
  Button,
  ButtonGroup,
  Checkbox,
  Chip,
  ChipList,
  ContextView,
  CurrencyField,
  DataTable,
  DateField,
  DateRangePicker,
  DetailPage,
  DetailPagePropertyList,
  DetailPageTable,
  Divider,
  FocusView,
  FormFieldGroup,
  FullPageView,
  Icon,
  Img,
  Inline,
  LineChart,
  Link,
  List,
  ListItem,
  ListPage,
  Menu,
  MenuGroup,
  MenuItem,
  MeterChart,
  OnboardingView,
  OverviewPage,
  PageModule,
  PlatformConfigurationView,
  PropertyList,
  PropertyListItem,
  Radio,
  SearchField,
  Select,
  SettingsView,
  SignInView,
  SparkLineChart: Sparkline,
  Sparkline,
  Spinner,
  StripeFileUploader,
  Switch,
  Tab,
  TabList,
  TabPanel,
  TabPanels,
  Table,
  TableBody,
  TableCell,
  TableFooter,
  TableHead,
  TableHeaderCell,
  TableRow,
  Tabs,
  TaskList,
  TaskListItem,
  TextArea,
  TextField,
  Tooltip,
  optgroup: OptionGroup,
  option: Option,
  // Their names in the alpha versions of SDK 9.2.
  FullPageTab,
  FullPageTabs: NextTabs,
  OverviewPageModule: PageModule,
} satisfies Record<string, ComponentType<never>>;

const { renderer } = createController(
  {},
  {
    renderComponent: ({ component, key }, { renderDefault }) => (
      <Guard key={key} component={component.type}>
        {renderDefault()}
      </Guard>
    ),
  },
);
const placeholders = new Map<string, ComponentType<never>>();

/** Finds the stand-in for a component, or one that holds its place. */
export const controller = {
  renderer,
  get(name: string) {
    const known = Object.hasOwn(components, name) && components[name as keyof typeof components];
    return (known || placeholder(name)) as ReturnType<ReturnType<typeof createController>["get"]>;
  },
};

/** One for each name: React takes a new function for a new component, and forgets what it held. */
function placeholder(name: string): ComponentType<never> {
  const made =
    placeholders.get(name) ?? ((props: Record<string, ReactNode>) => <Placeholder name={name} props={props} />);
  placeholders.set(name, made);
  return made;
}

/** Stands where a component would be that has no stand-in, around whatever it holds. */
function Placeholder({ name, props }: { name: string; props: Record<string, ReactNode> }) {
  const { children, ...others } = props;
  const fragments = Object.entries(others).filter(([, value]) => isValidElement(value));
  // Stripe's components begin with a capital, those of HTML do not.
  const why = /^[a-z]/.test(name) ? "is HTML, which Stripe does not show" : "has no stand-in in the sandbox";
  return (
    <div className="x-placeholder" data-placeholder={name}>
      <small className="x-unknown">
        {`<${name}>`} {why}
      </small>
      {fragments.map(([prop, value]) => (
        <div key={prop}>{value}</div>
      ))}
      {children}
    </div>
  );
}
