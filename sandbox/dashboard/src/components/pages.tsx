// Full pages, and the modules they are made of.

import type {
  DetailPageModuleAction,
  DetailPageModuleDisplayError,
  DetailPageProps,
  DetailPagePropertyListProps,
  DetailPageTableProps,
  FullPageViewProps,
  OverviewPageProps,
  PageModuleProps,
} from "@stripe/ui-extension-sdk/ui";
import type { ListPageProps } from "@stripe/ui-extension-sdk/ui/experimental";
import type { ReactNode } from "react";

import { type Action, Pressable } from "./actions";
import { Banner, Spinner } from "./display";
import { DataTable, Empty } from "./tables";

interface PageAction extends Action {
  label: string;
  type?: string | undefined;
  disabled?: boolean | undefined;
}

function Actions({ actions = [] }: { actions?: PageAction[] | undefined }) {
  if (actions.length === 0) {
    return null;
  }
  return (
    <div className="x-button-group">
      {actions.map(({ label, type = "secondary", ...action }) => (
        <Pressable key={label} className={`x-button x-${type} x-size-small`} {...action}>
          {label}
        </Pressable>
      ))}
    </div>
  );
}

export function FullPageView({ pageAction, children }: FullPageViewProps) {
  return (
    <section className="x-page" data-view="FullPageView">
      {pageAction && (
        <header className="x-page-header x-row">
          <Actions actions={[{ ...pageAction, type: "primary" }]} />
        </header>
      )}
      {children}
    </section>
  );
}

export function OverviewPage({ primaryColumn, secondaryColumn, pending }: OverviewPageProps) {
  return <Columns {...{ primaryColumn, secondaryColumn, pending }} />;
}

export function DetailPage({ breadcrumbs, title, description, actions, ...columns }: DetailPageProps) {
  return (
    <section className="x-page" data-view="DetailPage">
      <header className="x-page-header">
        <div className="x-breadcrumbs" role="navigation" aria-label="Breadcrumbs">
          {breadcrumbs.map(({ label, route }) => (
            <Pressable key={label} className="x-link" href={route}>
              {label}
            </Pressable>
          ))}
        </div>
        <div className="x-row">
          <h2>{title}</h2>
          <Actions actions={actions} />
        </div>
        {description && <p>{description}</p>}
      </header>
      <Columns {...columns} />
    </section>
  );
}

type ColumnsProps = Pick<OverviewPageProps, "primaryColumn" | "secondaryColumn" | "pending">;

function Columns({ primaryColumn, secondaryColumn, pending }: ColumnsProps) {
  if (pending) {
    return <Spinner />;
  }
  return (
    <div className="x-columns">
      <div className="x-column-primary">{primaryColumn}</div>
      {secondaryColumn && <div className="x-column-secondary">{secondaryColumn}</div>}
    </div>
  );
}

export function PageModule({ title, subtitle, extraActions, children }: PageModuleProps) {
  return (
    <section className="x-module">
      <header className="x-row">
        <div>
          <h3>{title}</h3>
          {subtitle && <small>{subtitle}</small>}
        </div>
        <Actions actions={extraActions} />
      </header>
      {children}
    </section>
  );
}

interface ModuleProps {
  pending: boolean;
  error?: DetailPageModuleDisplayError | undefined;
  createAction?: (() => void) | undefined;
  extraActions?: DetailPageModuleAction[] | undefined;
  children: ReactNode;
}

/** What the modules of a detail page have in common: waiting, failing, and actions of their own. */
function Module({ pending, error, createAction, extraActions = [], children }: ModuleProps) {
  if (pending) {
    return <Spinner />;
  }
  if (error) {
    const { message, errorAction } = error;
    const action = errorAction && { label: errorAction.title, href: errorAction.href };
    return <Banner type="critical" title={message} actions={action && <Actions actions={[action]} />} />;
  }
  const create = createAction ? [{ label: "Add", onPress: () => createAction() }] : [];
  return (
    <div>
      <Actions
        actions={[...create, ...(extraActions as PageAction[])].map((action) => ({ ...action, type: "secondary" }))}
      />
      {children}
    </div>
  );
}

export function DetailPagePropertyList({
  items = [],
  emptyMessage,
  orientation,
  ...module
}: DetailPagePropertyListProps) {
  return (
    <Module {...module}>
      {items.length === 0 && emptyMessage && <Empty message={emptyMessage} />}
      <dl className={`x-properties x-${orientation ?? "horizontal"}`}>
        {items.map(({ label, values, description }) => (
          <div key={label}>
            <dt>
              {label}
              {description && <small>{description}</small>}
            </dt>
            <dd>
              {values.map((value, index) => (
                <div key={index}>
                  <PropertyValue {...value.label} /> <PropertyValue {...value.value} />
                </div>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Module>
  );
}

function PropertyValue({
  text,
  action,
}: NonNullable<NonNullable<DetailPagePropertyListProps["items"]>[0]["values"][0]["label"]>) {
  return (
    <>
      {text}
      {action && (
        <Pressable className="x-link" onPress={() => action.onPress()}>
          {action.title}
        </Pressable>
      )}
    </>
  );
}

export function DetailPageTable({
  columns,
  items = [],
  onItemPress,
  rowActions,
  emptyMessage,
  ...module
}: DetailPageTableProps) {
  return (
    <Module {...module}>
      <DataTable {...{ columns, items, rowActions, emptyMessage }} onRowClick={onItemPress} />
    </Module>
  );
}

export function ListPage({ title, headerActions, columns, data, emptyMessage, pagination }: ListPageProps) {
  return (
    <section className="x-page" data-view="ListPage">
      <header className="x-page-header x-row">
        <h2>{title}</h2>
        <Actions actions={headerActions} />
      </header>
      <DataTable {...{ columns, emptyMessage, pagination }} items={data.items ?? []} loading={data.loading} />
    </section>
  );
}
