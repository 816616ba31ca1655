import {Box, ContextView, SettingsView} from '@stripe/ui-extension-sdk/ui';
import type {ReactElement, ReactNode} from 'react';

export interface PageProps {
  title: string;
  children: ReactNode;
  banner?: ReactElement;
  primaryAction?: ReactElement;
  footerContent?: ReactNode;
}

/** A kind of page. The gate shows its own pages in the kind of the view that it guards. */
export type Page = (props: PageProps) => ReactElement;

export function DrawerPage(props: PageProps) {
  return <ContextView {...props} />;
}

/** SettingsView has no slots of its own, so all goes below each other. */
export function SettingsPage({title, children, banner, primaryAction, footerContent}: PageProps) {
  return (
    <SettingsView>
      <Box css={{stack: 'y', gap: 'large'}}>
        <Box css={{font: 'heading'}}>{title}</Box>
        {banner}
        {children}
        {primaryAction}
        {footerContent}
      </Box>
    </SettingsView>
  );
}
