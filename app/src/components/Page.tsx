import {Banner, Box, Button, ContextView, FocusView, SettingsView} from '@stripe/ui-extension-sdk/ui';
import type {ReactElement, ReactNode} from 'react';

export interface PageProps {
  title: string;
  children: ReactNode;
  /** About the app as a whole, above all else. */
  notice?: ReactElement;
  banner?: ReactElement;
  primaryAction?: ReactElement;
  footerContent?: ReactNode;
  confirmation?: Confirmation;
}

/** A question to answer before something is done that cannot be undone. */
export interface Confirmation {
  title: string;
  /** What will be done. */
  text: string;
  /** The label of the button that does it. */
  action: string;
  isAsked: boolean;
  ask: () => void;
  confirm: () => void;
  cancel: () => void;
}

/** A kind of page. The gate shows its own pages in the kind of the view that it guards. */
export type Page = (props: PageProps) => ReactElement;

/** Asks in a FocusView, which Stripe wants to be a child of the ContextView at all times. */
export function DrawerPage({children, notice, banner, confirmation, ...props}: PageProps) {
  const banners = notice ? (
    <Box css={{stack: 'y', gap: 'small'}}>
      {notice}
      {banner}
    </Box>
  ) : (
    banner
  );
  return (
    <ContextView {...props} banner={banners}>
      {children}
      {confirmation && (
        <FocusView
          title={confirmation.title}
          shown={confirmation.isAsked}
          setShown={(shown) => shown || confirmation.cancel()}
          primaryAction={<ConfirmButton {...confirmation} />}
          secondaryAction={<CancelButton {...confirmation} />}
        >
          <Box>{confirmation.text}</Box>
        </FocusView>
      )}
    </ContextView>
  );
}

/** SettingsView has no slots of its own, so all goes below each other; nor may it have a FocusView. */
export function SettingsPage({title, ...props}: PageProps) {
  return (
    <SettingsView>
      <Box css={{stack: 'y', gap: 'large'}}>
        <Box css={{font: 'heading'}}>{title}</Box>
        <Below {...props} />
      </Box>
    </SettingsView>
  );
}

/** A part of a page that has one for each of several links, under a heading of its own. */
export function SectionPage({title, ...props}: PageProps) {
  return (
    <Box css={{stack: 'y', gap: 'medium'}}>
      <Box css={{font: 'subheading'}}>{title}</Box>
      <Below {...props} />
    </Box>
  );
}

function Below({children, notice, banner, primaryAction, footerContent, confirmation}: Omit<PageProps, 'title'>) {
  return (
    <>
      {notice}
      {banner}
      {children}
      {primaryAction && <Box css={{stack: 'x'}}>{primaryAction}</Box>}
      {confirmation?.isAsked ? (
        <Banner
          type="caution"
          title={confirmation.title}
          description={confirmation.text}
          actions={
            <>
              <ConfirmButton {...confirmation} />
              <CancelButton {...confirmation} />
            </>
          }
        />
      ) : (
        footerContent
      )}
    </>
  );
}

function ConfirmButton({action, confirm}: Confirmation) {
  return (
    <Button type="destructive" onPress={confirm}>
      {action}
    </Button>
  );
}

function CancelButton({cancel}: Confirmation) {
  return <Button onPress={cancel}>Cancel</Button>;
}
