// Fields whose value the extension keeps, and may change or refuse.

import {
  Box,
  Button,
  Checkbox,
  ContextView,
  CurrencyField,
  DateField,
  FormFieldGroup,
  Radio,
  Select,
  Switch,
  TextArea,
  TextField,
} from "@stripe/ui-extension-sdk/ui";
import { useState } from "react";

export default function Fields() {
  const [name, setName] = useState("Ada");
  const [short, setShort] = useState("abc");
  const [color, setColor] = useState("green");
  const [agreed, setAgreed] = useState(true);
  const [size, setSize] = useState("small");
  const [amount, setAmount] = useState<number | null>(1050);
  const [date, setDate] = useState("2026-01-31");
  const [key, setKey] = useState("none");

  return (
    <ContextView title="Fields">
      <TextField label="Name" value={name} onChange={({ target }) => setName(target.value)} />
      <TextField
        label="Four letters"
        value={short}
        onChange={({ target }) => target.value.length <= 4 && setShort(target.value)}
      />
      <TextField label="Fixed" value="as it is" readOnly />
      <TextField label="Keys" hiddenElements={["label"]} invalid onKeyDown={(event) => setKey(event.key)} />
      <TextArea label="Notes" defaultValue="first line" />
      <Select label="Color" value={color} onChange={({ target }) => setColor(target.value)}>
        <option value="red">Red</option>
        <option value="green">Green</option>
        <optgroup label="Mixed">
          <option value="teal">Teal</option>
        </optgroup>
      </Select>
      <Checkbox label="Agreed" checked={agreed} onChange={({ target }) => setAgreed(target.checked)} />
      <Switch label="On" defaultChecked />
      <FormFieldGroup legend="Size" layout="horizontal" description="One of two">
        {["small", "large"].map((one) => (
          <Radio key={one} name="size" value={one} label={one} checked={size === one} onChange={() => setSize(one)} />
        ))}
      </FormFieldGroup>
      <CurrencyField label="Price" currency="USD" value={amount} onChange={setAmount} />
      <DateField label="Day" value={date} onChange={setDate} />
      <Button
        onPress={() => {
          setName("Grace");
          setColor("teal");
          setAgreed(false);
          setSize("large");
          setAmount(99);
          setDate("2026-02-01");
        }}
      >
        Change all
      </Button>
      <Box>Kept: {[name, short, color, String(agreed), size, String(amount), date, key].join(" ")}</Box>
    </ContextView>
  );
}
