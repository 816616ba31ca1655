// Lists and tables.

import type { ReactNode } from "react";

import { style } from "./tokens";

interface Children {
  children?: ReactNode;
}

export function List({ children }: Children) {
  return <ul className="x-list">{children}</ul>;
}

interface ListItemProps {
  title?: ReactNode;
  secondaryTitle?: ReactNode;
  value?: ReactNode;
  icon?: ReactNode;
  image?: ReactNode;
}

export function ListItem({ title, secondaryTitle, value, icon, image }: ListItemProps) {
  return (
    <li>
      {image ?? icon}
      <span className="x-list-title">
        {title}
        <small>{secondaryTitle}</small>
      </span>
      <span>{value}</span>
    </li>
  );
}

export function PropertyList({ children }: Children) {
  return <dl className="x-properties">{children}</dl>;
}

export function PropertyListItem({ label, value }: { label?: ReactNode; value?: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

export function Table({ children }: Children) {
  return <table className="x-table">{children}</table>;
}

export function TableHead({ children }: Children) {
  return <thead>{children}</thead>;
}

export function TableBody({ children }: Children) {
  return <tbody>{children}</tbody>;
}

export function TableRow({ children }: Children) {
  return <tr>{children}</tr>;
}

export function TableHeaderCell({ children }: Children) {
  return <th scope="col">{children}</th>;
}

export function TableCell({ width, children }: Children & { width?: string | number }) {
  return <td style={style({ width })}>{children}</td>;
}
