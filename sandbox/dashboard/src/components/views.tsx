// The views: each fills the drawer, or the settings page.

import { type FormEvent, type ReactNode, useState } from "react";

import { type Action, Pressable } from "./actions";
import { useHost } from "./host-context";

interface Brand {
  brandColor?: string;
  brandIcon?: string;
}

interface ContextViewProps extends Brand {
  title: string;
  description?: string;
  externalLink?: { label: string; href: string };
  banner?: ReactNode;
  actions?: ReactNode;
  primaryAction?: ReactNode;
  secondaryAction?: ReactNode;
  footerContent?: ReactNode;
  children?: ReactNode;
}

export function ContextView({
  title,
  description,
  externalLink,
  banner,
  actions,
  children,
  ...rest
}: ContextViewProps) {
  return (
    <section className="x-view" data-view="ContextView">
      <header className="x-view-header">
        {rest.brandIcon && <Emblem {...rest} />}
        <h2>{title}</h2>
        {description && <p>{description}</p>}
        {externalLink && (
          <Pressable className="x-link" href={externalLink.href} target="_blank">
            {externalLink.label} <span aria-hidden="true">↗</span>
          </Pressable>
        )}
      </header>
      {banner}
      {actions && <div className="x-button-group">{actions}</div>}
      <div className="x-view-body">{children}</div>
      <Footer {...rest} />
    </section>
  );
}

interface FooterProps {
  primaryAction?: ReactNode;
  secondaryAction?: ReactNode;
  footerContent?: ReactNode;
}

function Footer({ primaryAction, secondaryAction, footerContent }: FooterProps) {
  const acts = primaryAction !== undefined || secondaryAction !== undefined;
  if (!acts && footerContent === undefined) {
    return null;
  }
  return (
    <footer className="x-view-footer">
      {acts && (
        <div className="x-button-group">
          {primaryAction}
          {secondaryAction}
        </div>
      )}
      {footerContent}
    </footer>
  );
}

interface FocusViewProps extends FooterProps {
  title: string;
  shown?: boolean;
  setShown?: (shown: boolean) => void;
  children?: ReactNode;
}

export function FocusView({ title, shown, setShown, children, ...footer }: FocusViewProps) {
  if (!shown) {
    return null;
  }
  return (
    <section className="x-view x-focus" data-view="FocusView" role="dialog" aria-label={title}>
      <header className="x-view-header">
        <h2>{title}</h2>
        <button type="button" className="x-dismiss" aria-label="Close" onClick={() => setShown?.(false)}>
          ×
        </button>
      </header>
      <div className="x-view-body">{children}</div>
      <Footer {...footer} />
    </section>
  );
}

interface SettingsViewProps {
  onSave?: (values: Record<string, string>) => void;
  statusMessage?: string;
  children?: ReactNode;
}

export function SettingsView({ onSave, statusMessage, children }: SettingsViewProps) {
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSave?.(Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)])));
  };
  return (
    <form className="x-view" data-view="SettingsView" onSubmit={save}>
      <header className="x-view-header x-row">
        <h2>Settings</h2>
        {statusMessage && <span role="status">{statusMessage}</span>}
        {onSave && <button className="x-button x-primary">Save</button>}
      </header>
      <div className="x-view-body">{children}</div>
    </form>
  );
}

interface SignInAction extends Action {
  label: string;
}

interface SignInViewProps extends Brand {
  description?: string;
  descriptionActionLabel?: string;
  descriptionActionTitle?: string;
  descriptionActionContents?: ReactNode;
  primaryAction?: SignInAction;
  secondaryAction?: SignInAction;
  footerContent?: ReactNode;
}

export function SignInView({ description, primaryAction, secondaryAction, footerContent, ...rest }: SignInViewProps) {
  const { appName } = useHost();
  const [shown, setShown] = useState(false);
  const { descriptionActionLabel, descriptionActionTitle = "", descriptionActionContents } = rest;
  return (
    <section className="x-view x-sign-in" data-view="SignInView">
      <Emblem {...rest} />
      <h2>{appName}</h2>
      <p>{description}</p>
      {descriptionActionLabel && (
        <Pressable className="x-link" onPress={() => setShown(true)}>
          {descriptionActionLabel}
        </Pressable>
      )}
      <div className="x-button-group x-column">
        {primaryAction && <SignInButton type="primary" {...primaryAction} />}
        {secondaryAction && <SignInButton type="secondary" {...secondaryAction} />}
      </div>
      {footerContent}
      <FocusView title={descriptionActionTitle} shown={shown} setShown={setShown}>
        {descriptionActionContents}
      </FocusView>
    </section>
  );
}

function SignInButton({ label, type, ...action }: SignInAction & { type: string }) {
  return (
    <Pressable {...action} className={`x-button x-${type}`}>
      {label}
    </Pressable>
  );
}

function Emblem({ brandColor = "#1d5f8a", brandIcon }: Brand) {
  return (
    <span className="x-emblem" style={{ backgroundColor: brandColor }}>
      {brandIcon && <img src={brandIcon} alt="" />}
    </span>
  );
}
