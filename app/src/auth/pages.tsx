import {Banner, Box, Button, Link, SignInView, Spinner} from '@stripe/ui-extension-sdk/ui';
import type {Dispatch} from 'react';
import {brand} from '../brand';
import type {Page} from '../components/Page';
import type {Event, State} from './machine';
import {messageFor} from './messages';

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
export function SignInPage({state: {reason, authorization}, send}: StateProps<'signedOut'>) {
  return (
    <SignInView
      brandColor={brand.color}
      brandIcon={brand.icon}
      description={reason ? `${messageFor(reason).text} ${brand.description}` : brand.description}
      primaryAction={
        authorization && {
          label: 'Sign in',
          href: authorization.url,
          target: '_blank',
          onPress: () => send({type: 'providerOpened'}),
        }
      }
      footerContent={authorization ? undefined : <Spinner />}
    />
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

export function FailedPage({Page, state, send}: StateProps<'failed'> & {Page: Page}) {
  const {code, requestId} = state.error;
  const {text, remedy} = messageFor(code);
  return (
    <Page
      title="That did not work"
      banner={<Banner type="critical" description={text} />}
      primaryAction={
        remedy && (
          <Button type="primary" onPress={() => send({type: remedy.event})}>
            {remedy.label}
          </Button>
        )
      }
      footerContent={<OtherWayOut state={state} send={send} />}
    >
      <Box css={{font: 'caption', color: 'secondary'}}>
        Error code: {code}
        {requestId && `, request ${requestId}`}
      </Box>
    </Page>
  );
}

/** So that nobody is stuck when the remedy does not help: an account may be linked only if the check failed. */
function OtherWayOut({state, send}: StateProps<'failed'>) {
  return state.during.name === 'checking' ? (
    <Link onPress={() => send({type: 'signOut'})}>Sign out</Link>
  ) : (
    <Link onPress={() => send({type: 'startOver'})}>Start over</Link>
  );
}
