// Lists: of things, of properties, of tasks.

import type {
  ListItemProps,
  ListProps,
  PropertyListItemProps,
  PropertyListProps,
  TaskListItemProps,
  TaskListProps,
} from "@stripe/ui-extension-sdk/ui";
import { createContext, useContext } from "react";

const ActionContext = createContext<ListProps["onAction"]>(undefined);

export function List({ onAction, children }: ListProps) {
  return (
    <ActionContext.Provider value={onAction}>
      <ul className="x-list">{children}</ul>
    </ActionContext.Provider>
  );
}

export function ListItem({ id = "", title, secondaryTitle, value, icon, image, size = "default" }: ListItemProps) {
  const onAction = useContext(ActionContext);
  const content = (
    <>
      {image ?? icon}
      <span className="x-list-title">
        <span>{title}</span>
        {secondaryTitle && <small>{secondaryTitle}</small>}
      </span>
      {value !== undefined && <span className="x-list-value">{value}</span>}
    </>
  );
  return (
    <li className={`x-list-item x-size-${size}`}>
      {onAction ? (
        <button type="button" className="x-list-action" onClick={() => onAction(id)}>
          {content}
        </button>
      ) : (
        content
      )}
    </li>
  );
}

export function PropertyList({ orientation = "horizontal", children }: PropertyListProps) {
  return <dl className={`x-properties x-${orientation}`}>{children}</dl>;
}

export function PropertyListItem({ label, value }: PropertyListItemProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

export function TaskList({ children }: TaskListProps) {
  return <ul className="x-tasks">{children}</ul>;
}

const STATUS = { "not-started": "○", "in-progress": "◐", blocked: "⊘", complete: "✓" };

export function TaskListItem({ title, status = "not-started", subTasks = [], onPress }: TaskListItemProps) {
  const sign = (
    <span className="x-task-status" role="img" aria-label={status.replace("-", " ")}>
      {STATUS[status]}
    </span>
  );
  return (
    <li data-status={status}>
      {onPress ? (
        <button type="button" className="x-list-action" onClick={() => onPress({ type: "press" } as never)}>
          {sign} {title}
        </button>
      ) : (
        <span className="x-task">
          {sign} {title}
        </span>
      )}
      {subTasks.length > 0 && (
        <ul className="x-tasks">
          {subTasks.map((task, index) => (
            <TaskListItem key={index} {...task} />
          ))}
        </ul>
      )}
    </li>
  );
}
