// The views: each fills the drawer, or a page.

import type {
  ContextViewProps,
  FocusViewProps,
  OnboardingViewProps,
  PlatformConfigurationViewProps,
  SettingsViewProps,
  SignInViewProps,
} from "@stripe/ui-extension-sdk/ui";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";

import { type Action, Pressable } from "./actions";
import { Banner, Spinner } from "./display";
import { useHost } from "./host-context";
import { TaskList, TaskListItem } from "./lists";

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

/** `onClose` is of SDK 8 and older. */
type ClosableProps = FocusViewProps & { onClose?: () => void };

export function FocusView({ title, shown, setShown, onClose, confirmCloseMessages, ...rest }: ClosableProps) {
  const { size = "small", children, ...footer } = rest;
  const [isAsking, setAsking] = useState(false);
  const view = useRef<HTMLElement>(null);
  // It opens at the top of a page that may have been scrolled.
  useEffect(() => {
    if (shown && (view.current?.getBoundingClientRect().top ?? 0) < 0) {
      view.current?.scrollIntoView();
    }
  }, [shown]);
  if (!shown) {
    return null;
  }
  const close = () => {
    setAsking(false);
    setShown?.(false);
    onClose?.();
  };
  return (
    <section
      ref={view}
      className={`x-view x-focus x-size-${size}`}
      data-view="FocusView"
      role="dialog"
      aria-label={title}
    >
      <header className="x-view-header">
        <h2>{title}</h2>
        <button
          type="button"
          className="x-dismiss"
          aria-label="Close"
          onClick={confirmCloseMessages ? () => setAsking(true) : close}
        >
          ×
        </button>
      </header>
      {isAsking && confirmCloseMessages && (
        <div className="x-banner x-banner-caution" role="alertdialog" aria-label={confirmCloseMessages.title}>
          <strong>{confirmCloseMessages.title}</strong>
          <div>{confirmCloseMessages.description}</div>
          <div className="x-button-group">
            <Pressable className="x-button x-secondary" onPress={() => setAsking(false)}>
              {confirmCloseMessages.cancelAction}
            </Pressable>
            <Pressable className="x-button x-destructive" onPress={close}>
              {confirmCloseMessages.exitAction}
            </Pressable>
          </div>
        </div>
      )}
      <div className="x-view-body">{children}</div>
      <Footer {...footer} />
    </section>
  );
}

export function SettingsView({ onSave, statusMessage, children }: SettingsViewProps) {
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSave?.(valuesOf(event.currentTarget));
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

export function PlatformConfigurationView({ onSubmit, children }: PlatformConfigurationViewProps) {
  const [isDone, setDone] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit({ values: valuesOf(event.currentTarget), successCallback: () => setDone(true) });
  };
  return (
    <form className="x-view" data-view="PlatformConfigurationView" onSubmit={submit}>
      <div className="x-view-body">{children}</div>
      <footer className="x-view-footer x-row">
        <button className="x-button x-primary">Submit</button>
        {isDone && <span role="status">Submitted</span>}
      </footer>
    </form>
  );
}

function valuesOf(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

interface SignInAction extends Action {
  label: string;
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

export function OnboardingView({
  title,
  description,
  tasks,
  completed,
  pending,
  error,
  children,
}: OnboardingViewProps) {
  return (
    <section className="x-view x-onboarding" data-view="OnboardingView">
      <aside>
        <TaskList>
          {tasks.map((task, index) => (
            <TaskListItem key={index} {...task} />
          ))}
        </TaskList>
      </aside>
      <div className="x-view-body">
        <header className="x-view-header">
          <h2>{title}</h2>
          {description && <p>{description}</p>}
        </header>
        {completed && <Banner title="Onboarding is complete" description="Stripe closes this window now." />}
        {error}
        {pending ? <Spinner /> : children}
      </div>
    </section>
  );
}

interface Brand {
  brandColor?: string | undefined;
  brandIcon?: string | undefined;
}

function Emblem({ brandColor = "#1d5f8a", brandIcon }: Brand) {
  return (
    <span className="x-emblem" style={{ backgroundColor: brandColor }}>
      {brandIcon && <img src={brandIcon} alt="" />}
    </span>
  );
}
