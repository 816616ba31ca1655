// HTML stand-ins for the SDK's components, by the names they have on the wire.

import type { ComponentMapping } from "@remote-ui/react/host";

import { Button, ButtonGroup, Link } from "./actions";
import { Badge, Banner, Icon, Img, Spinner } from "./display";
import { Checkbox, Radio, Select, Switch, TextArea, TextField } from "./fields";
import { Accordion, AccordionItem, Box, Divider, Inline } from "./layout";
import {
  List,
  ListItem,
  PropertyList,
  PropertyListItem,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
} from "./lists";
import { ContextView, FocusView, SettingsView, SignInView } from "./views";

export const components: ComponentMapping = {
  Accordion,
  AccordionItem,
  Badge,
  Banner,
  Box,
  Button,
  ButtonGroup,
  Checkbox,
  ContextView,
  Divider,
  FocusView,
  Icon,
  Img,
  Inline,
  Link,
  List,
  ListItem,
  PropertyList,
  PropertyListItem,
  Radio,
  Select,
  SettingsView,
  SignInView,
  Spinner,
  Switch,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
  TextArea,
  TextField,
};

/** Stands where a component would be that nobody has written a stand-in for. */
export function Unknown({ name }: { name: string }) {
  return (
    <span className="x-unknown" data-unknown={name}>
      {`<${name}>`} has no stand-in in the sandbox yet
    </span>
  );
}
