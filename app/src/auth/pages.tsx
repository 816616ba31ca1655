import {Banner, Box, Button, Icon, Link, SignInView, Spinner} from '@stripe/ui-extension-sdk/ui';
import type {Dispatch, ReactElement} from 'react';
import type {Brand} from '../brand';
import type {Confirmation, Page} from '../components/Page';
import type {Server} from '../config';
import type {Event, State, Task} from './machine';
import {messageFor, reasonFor, SIGN_OUT, START_OVER, type Remedy} from './messages';
import {nameOf} from './user';

interface StateProps<Name extends State['name']> {
  brand: Brand;
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
export function SignInPage({brand, state: {reason, authorization}, send, notice}: SignInPageProps) {
  const signUp = brand.signUpUrl && {label: 'Sign up', href: brand.signUpUrl, target: '_blank'};
  return (
    <SignInView
      brandColor={brand.color}
      brandIcon={brand.icon}
      description={[notice, reason && reasonFor(reason, brand), brand.description].filter(Boolean).join(' ')}
      primaryAction={
        authorization && {
          label: 'Sign in',
          href: authorization.url,
          target: '_blank',
          onPress: () => send({type: 'providerOpened'}),
        }
      }
      secondaryAction={signUp || undefined}
      footerContent={authorization ? <LeavesStripe provider={brand.provider} /> : <Spinner />}
    />
  );
}

interface SignInPageProps extends StateProps<'signedOut'> {
  /** Of permissions that nobody has accepted: SignInView has no place for a banner. */
  notice?: string;
}

/** Stripe wants its icon at what leads elsewhere, and an action of SignInView can have none. */
function LeavesStripe({provider}: {provider: string}) {
  return (
    <Box css={{font: 'caption', color: 'secondary'}}>
      <Icon name="external" size="xsmall" /> Opens {provider} in a new tab.
    </Box>
  );
}

/** The same in a part of a page. */
export function SignInSection({brand, state, send, notice}: SignInPageProps) {
  return (
    <Box css={{stack: 'y', gap: 'medium', alignX: 'start'}}>
      {notice && <Banner type="caution" title="Permissions to accept" description={notice} />}
      {state.reason && <Banner type="caution" description={reasonFor(state.reason, brand)} />}
      <Box>{brand.description}</Box>
      <SignInActions brand={brand} state={state} send={send} />
    </Box>
  );
}

/** What leads to the provider, once there is an address. */
export function SignInActions({brand, state: {authorization}, send}: StateProps<'signedOut' | 'relinking'>) {
  return (
    <>
      {authorization ? (
        <Button
          type="primary"
          href={authorization.url}
          target="_blank"
          onPress={() => send({type: 'providerOpened'})}
        >
          Sign in <Icon name="external" />
        </Button>
      ) : (
        <Spinner />
      )}
      {brand.signUpUrl && (
        <Link href={brand.signUpUrl} target="_blank" external>
          Sign up at {brand.provider}
        </Link>
      )}
    </>
  );
}

interface RoleRequiredPageProps extends StateProps<'roleRequired'> {
  Page: Page;
  notice?: ReactElement;
}

/** No sign-in is offered here: it would fail. */
export function RoleRequiredPage({Page, brand, state, send, notice}: RoleRequiredPageProps) {
  return (
    <Page
      title="Ask an administrator"
      notice={notice}
      banner={state.reason ? <Banner type="caution" description={reasonFor(state.reason, brand)} /> : undefined}
      primaryAction={<Button onPress={() => send({type: 'startOver'})}>Check again</Button>}
    >
      <Box css={{stack: 'y', gap: 'medium'}}>
        <RoleRequired brand={brand} state={state} />
      </Box>
    </Page>
  );
}

export function RoleRequired({brand, state: {error}}: Omit<StateProps<'roleRequired'>, 'send'>) {
  return (
    <>
      <Box>
        This app links {brand.provider} once for the whole Stripe account, and only an administrator can do that. Ask
        one to sign in to {brand.provider} in this app’s settings; then you can use it, too.
      </Box>
      {/* Somebody who is an administrator wants to know why. */}
      {error.requestId && (
        <Box css={{font: 'caption', color: 'secondary'}}>
          Error code: {error.code}, request {error.requestId}.
        </Box>
      )}
    </>
  );
}

/** For whom is linked already. What is linked stays until the new sign-in is finished. */
export function RelinkPage({Page, brand, state, send}: StateProps<'relinking'> & {Page: Page}) {
  return (
    <Page
      title={`Sign in to ${brand.provider} again`}
      footerContent={<Link onPress={() => send({type: 'startOver'})}>Cancel</Link>}
    >
      <Box css={{stack: 'y', gap: 'medium', alignX: 'start'}}>
        <Box>
          {state.user.scope === 'account'
            ? `Sign in as ${nameOf(state.user)}. To link somebody else's account, unlink this one first.`
            : `${nameOf(state.user)} stays linked until you have signed in.`}
        </Box>
        <SignInActions brand={brand} state={state} send={send} />
      </Box>
    </Page>
  );
}

export function WaitingPage({Page, brand, state, send}: StateProps<'waiting'> & {Page: Page}) {
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
        <Box>
          {state.replaced
            ? 'The time for this sign-in is over.'
            : 'The time for this sign-in is over, and no account was linked.'}
        </Box>
      </Page>
    );
  }
  return (
    <Page
      title="Waiting for you"
      // A sign-in to the account that is linked already may leave nothing to notice.
      primaryAction={state.replaced && <Button onPress={startOver}>Done</Button>}
      footerContent={!state.replaced && <Link onPress={startOver}>Start over</Link>}
    >
      <Box css={{stack: 'y', gap: 'medium'}}>
        <Box>
          {state.replaced
            ? `Sign in to ${brand.provider} in the tab that has opened. When it has brought you back to Stripe, press Done.`
            : `Sign in to ${brand.provider} in the tab that has opened. It brings you back to Stripe, and this page ` +
              'goes on by itself.'}
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
  relinking: 'Sign-in not available',
  waiting: 'Your link could not be checked',
  completing: 'Sign-in not finished',
  signingOut: 'Sign-out not finished',
};

interface FailedPageProps extends StateProps<'failed'> {
  Page: Page;
  notice?: ReactElement;
  server: Server;
  /** For the way out that ends a link, unless that is for others to do. */
  signOut?: Confirmation;
}

export function FailedPage({Page, brand, state, send, notice, server, signOut}: FailedPageProps) {
  const {code, requestId} = state.error;
  const during = state.during.name;
  const {text, remedy: told} = messageFor(code, during, brand);
  const isForOthers = told?.event === 'signOut' && !signOut;
  const remedy = isForOthers ? undefined : told;
  const goTo = (event: Remedy['event']) => (event === 'signOut' ? signOut?.ask() : send({type: event}));
  const labelOf = ({label, event}: Remedy) => (event === 'signOut' && signOut ? signOut.action : label);
  // So that nobody is stuck when the remedy does not help: an account may be linked only if the check failed.
  const wayOut = during === 'checking' && signOut ? SIGN_OUT : START_OVER;
  return (
    <Page
      title={FAILURES[during]}
      notice={notice}
      banner={
        <Banner type="critical" description={isForOthers ? `${text} Ask an administrator to do that.` : text} />
      }
      primaryAction={
        remedy && (
          <Button type="primary" onPress={() => goTo(remedy.event)}>
            {labelOf(remedy)}
          </Button>
        )
      }
      footerContent={
        remedy?.event !== wayOut.event && <Link onPress={() => goTo(wayOut.event)}>{labelOf(wayOut)}</Link>
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
