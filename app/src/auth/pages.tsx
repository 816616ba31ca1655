import {Banner, Box, Button, Icon, Link, SignInView, Spinner} from '@stripe/ui-extension-sdk/ui';
import type {Dispatch, ReactElement} from 'react';
import {brand} from '../brand';
import type {Confirmation, Page} from '../components/Page';
import type {ApiBase} from '../config';
import type {Event, State, Task} from './machine';
import {messageFor, reasonFor, SIGN_OUT, START_OVER, type Remedy} from './messages';

interface StateProps<Name extends State['name']> {
  state: Extract<State, {name: Name}>;
  send: Dispatch<Event>;
}

export function BusyPage({Page, title}: {Page: Page; title: string}) {
  return (
    <Page title={title}>
      <Box css={{stack: 'x', alignX: 'center', padding: 'large'}}>
        <Spinner size="large" />
      </Box>
    </Page>
  );
}

/**
 * The action is a link, because a sandboxed frame can open no tab by itself. Hence its address has to be
 * there before the press, and until it is there is nothing to press.
 */
export function SignInPage({state: {reason, authorization}, send, notice}: SignInPageProps) {
  const signUp = brand.signUpUrl && {label: 'Sign up', href: brand.signUpUrl, target: '_blank'};
  return (
    <SignInView
      brandColor={brand.color}
      brandIcon={brand.icon}
      description={[notice, reason && reasonFor(reason), brand.description].filter(Boolean).join(' ')}
      primaryAction={
        authorization && {
          label: 'Sign in',
          href: authorization.url,
          target: '_blank',
          onPress: () => send({type: 'providerOpened'}),
        }
      }
      secondaryAction={signUp || undefined}
      footerContent={authorization ? <LeavesStripe /> : <Spinner />}
    />
  );
}

interface SignInPageProps extends StateProps<'signedOut'> {
  /** Of permissions that nobody has accepted: SignInView has no place for a banner. */
  notice?: string;
}

/** Stripe wants its icon at what leads elsewhere, and an action of SignInView can have none. */
function LeavesStripe() {
  return (
    <Box css={{font: 'caption', color: 'secondary'}}>
      <Icon name="external" size="xsmall" /> Opens {brand.provider} in a new tab.
    </Box>
  );
}

export function WaitingPage({Page, state, send}: StateProps<'waiting'> & {Page: Page}) {
  const startOver = () => send({type: 'startOver'});
  if (state.timedOut) {
    return (
      <Page
        title="Sign-in not finished"
        primaryAction={
          <Button type="primary" onPress={startOver}>
            Start over
          </Button>
        }
      >
        <Box>The time for this sign-in is over, and no account was linked.</Box>
      </Page>
    );
  }
  return (
    <Page title="Waiting for you" footerContent={<Link onPress={startOver}>Start over</Link>}>
      <Box css={{stack: 'y', gap: 'medium'}}>
        <Box>
          Sign in to {brand.provider} in the tab that has opened. It brings you back to Stripe, and this page
          goes on by itself.
        </Box>
        <Link href={state.authorization.url} target="_blank" external>
          Open {brand.provider} again
        </Link>
        <Spinner />
      </Box>
    </Page>
  );
}

const FAILURES: {[name in Task['name']]: string} = {
  checking: 'Your link could not be checked',
  signedOut: 'Sign-in not available',
  waiting: 'Your link could not be checked',
  completing: 'Sign-in not finished',
  signingOut: 'Sign-out not finished',
};

interface FailedPageProps extends StateProps<'failed'> {
  Page: Page;
  notice?: ReactElement;
  server: ApiBase;
  /** For the way out that ends a link. */
  signOut: Confirmation;
}

export function FailedPage({Page, state, send, notice, server, signOut}: FailedPageProps) {
  const {code, requestId} = state.error;
  const during = state.during.name;
  const {text, remedy} = messageFor(code, during);
  const goTo = (event: Remedy['event']) => (event === 'signOut' ? signOut.ask() : send({type: event}));
  // So that nobody is stuck when the remedy does not help: an account may be linked only if the check failed.
  const wayOut = during === 'checking' ? SIGN_OUT : START_OVER;
  return (
    <Page
      title={FAILURES[during]}
      notice={notice}
      banner={<Banner type="critical" description={text} />}
      primaryAction={
        remedy && (
          <Button type="primary" onPress={() => goTo(remedy.event)}>
            {remedy.label}
          </Button>
        )
      }
      footerContent={
        remedy?.event !== wayOut.event && <Link onPress={() => goTo(wayOut.event)}>{wayOut.label}</Link>
      }
      confirmation={signOut}
    >
      <Box css={{font: 'caption', color: 'secondary'}}>
        Error code: {code}
        {requestId && `, request ${requestId}`}. Server: {server.url}
        {server.source === 'build' && ', fixed when the app was built'}.
      </Box>
    </Page>
  );
}
