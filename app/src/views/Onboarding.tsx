import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Banner, Box, Button, Icon, Link, OnboardingView, Spinner} from '@stripe/ui-extension-sdk/ui';
import type {Dispatch} from 'react';
import type {Event, State} from '../auth/machine';
import {messageFor, reasonFor} from '../auth/messages';
import {occasionOf, useLink} from '../auth/useLink';
import {brand} from '../brand';
import {Account} from '../components/Account';

/** What users see once they have installed the app: one task, to link an account. */
export default function Onboarding(context: ExtensionContextValue) {
  return <Steps key={occasionOf(context)} {...context} />;
}

function Steps(context: ExtensionContextValue) {
  const [state, send] = useLink(context);
  const isLinked = state.name === 'signedIn';
  const isUnderWay = state.name === 'waiting' || state.name === 'completing';
  const status = isLinked ? 'complete' : isUnderWay ? 'in-progress' : 'not-started';
  return (
    <OnboardingView
      title={`Link your ${brand.provider} account`}
      description={brand.description}
      tasks={[{title: `Sign in to ${brand.provider}`, status}]}
      completed={isLinked}
      pending={state.name === 'checking' || state.name === 'completing'}
      error={state.name === 'failed' ? <Failure state={state} /> : undefined}
    >
      <Step state={state} send={send} />
    </OnboardingView>
  );
}

function Failure({state: {error, during}}: {state: Extract<State, {name: 'failed'}>}) {
  const description = `${messageFor(error.code, during.name).text} Error code: ${error.code}.`;
  return <Banner type="critical" description={description} />;
}

function Step({state, send}: {state: State; send: Dispatch<Event>}) {
  const startOver = <Link onPress={() => send({type: 'startOver'})}>Start over</Link>;
  switch (state.name) {
    case 'signedOut':
      return (
        <Box css={{stack: 'y', gap: 'medium', alignX: 'start'}}>
          {state.reason && <Banner type="caution" description={reasonFor(state.reason)} />}
          {state.authorization ? (
            <Button
              type="primary"
              href={state.authorization.url}
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
        </Box>
      );
    case 'waiting':
      return (
        <Box css={{stack: 'y', gap: 'medium', alignX: 'start'}}>
          <Box>
            {state.timedOut
              ? 'The time for this sign-in is over, and no account was linked.'
              : `Sign in to ${brand.provider} in the tab that has opened. This page goes on by itself.`}
          </Box>
          {startOver}
        </Box>
      );
    case 'failed': {
      const {remedy} = messageFor(state.error.code, state.during.name);
      // To end a link is for the settings, which ask for confirmation.
      return remedy?.event === 'retry' ? (
        <Button type="primary" onPress={() => send({type: 'retry'})}>
          Retry
        </Button>
      ) : (
        startOver
      );
    }
    case 'signedIn':
      return <Account user={state.user} />;
    case 'checking':
    case 'completing':
    case 'signingOut':
      return null;
  }
}
