// Who is signed in to this Dashboard, of which account, in which mode.

import { ACCOUNTS, type Choice, type Mode, isSandbox, memberOf, withChosen } from "./choice";
import type { Config } from "./config";

interface Props {
  config: Config;
  choice: Choice;
  change(part: Partial<Choice>): void;
}

export function TopBar({ config, choice, change }: Props) {
  const { members } = config;
  const people = withChosen(members, choice.user).map(({ id }) => {
    const { name, roles } = memberOf(members, id);
    return { id, name: [name, ...roles.map((role) => role.name)].join(", ") };
  });
  return (
    <header className="top">
      <strong>Sandbox Dashboard</strong>
      <span className="badge">{reach(config)}</span>
      <form className="who" onSubmit={(event) => event.preventDefault()}>
        <Select label="Stripe user" name="user" value={choice.user} of={people} pick={(user) => change({ user })} />
        <Select
          label="Account"
          name="account"
          value={choice.account}
          of={ACCOUNTS}
          pick={(account) => change({ account })}
        />
        <fieldset>
          <legend>Mode</legend>
          {(["test", "live"] satisfies Mode[]).map((mode) => (
            <label key={mode}>
              <input
                type="radio"
                name="mode"
                value={mode}
                checked={choice.mode === mode}
                disabled={mode === "live" && isSandbox(choice.account)}
                onChange={() => change({ mode })}
              />
              {mode}
            </label>
          ))}
        </fieldset>
      </form>
    </header>
  );
}

function reach({ hosts, offline, real_provider }: Config): string {
  if (real_provider !== null) {
    return `Not Stripe: on your machine, but ${real_provider} is the real provider`;
  }
  if (hosts.length === 0) {
    return "Not Stripe: all of this runs on your machine";
  }
  return offline
    ? "Not Stripe: offline, all of this stays on your machine"
    : `Not Stripe: on your machine, but the app may reach ${hosts.join(", ")}`;
}

interface SelectProps {
  label: string;
  name: string;
  value: string;
  of: { id: string; name: string }[];
  pick(id: string): void;
}

function Select({ label, name, value, of: known, pick }: SelectProps) {
  return (
    <label>
      <span>{label}</span>
      <select name={name} value={value} onChange={({ target }) => pick(target.value)}>
        {withChosen(known, value).map((one) => (
          <option key={one.id} value={one.id}>
            {one.name.startsWith(one.id) ? one.name : `${one.name} (${one.id})`}
          </option>
        ))}
      </select>
    </label>
  );
}
