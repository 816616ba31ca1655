import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Banner, Box, Button, Link, OnboardingView} from '@stripe/ui-extension-sdk/ui';
import type {Dispatch} from 'react';
import type {Event, State} from '../auth/machine';
import {messageFor, reasonFor} from '../auth/messages';
import {RoleRequired, SignInActions} from '../auth/pages';
import {occasionOf, useLink} from '../auth/useLink';
import {brand} from '../brand';
import {Account} from '../components/Account';

/** What users see once they have installed the app: one task, to link an account. */
export default function Onboarding(context: ExtensionContextValue) {
  return <Steps key={occasionOf(context)} {...context} />;
}

function Steps(context: ExtensionContextValue) {
  const {state, send} = useLink(context);
  const isLinked = state.name === 'signedIn';
  const isUnderWay = state.name === 'waiting' || state.name === 'completing';
  // For a member who has none of the roles, this is all there is to do.
  const [title, task] =
    state.name === 'roleRequired'
      ? [`${brand.provider} is not linked yet`, 'Ask an administrator']
      : [`Link your ${brand.provider} account`, `Sign in to ${brand.provider}`];
  const status = isLinked ? 'complete' : isUnderWay ? 'in-progress' : 'not-started';
  return (
    <OnboardingView
      title={title}
      description={brand.description}
      tasks={[{title: task, status}]}
      completed={isLinked}
      pending={state.name === 'checking' || state.name === 'completing'}
      error={state.name === 'failed' ? <Failure state={state} /> : undefined}
    >
      <Step state={state} send={send} viewer={context.userContext.id} />
    </OnboardingView>
  );
}

function Failure({state: {error, during}}: {state: Extract<State, {name: 'failed'}>}) {
  const description = `${messageFor(error.code, during.name).text} Error code: ${error.code}.`;
  return <Banner type="critical" description={description} />;
}

interface StepProps {
  state: State;
  send: Dispatch<Event>;
  /** The Stripe user who looks. */
  viewer?: string;
}

function Step({state, send, viewer}: StepProps) {
  const startOver = <Link onPress={() => send({type: 'startOver'})}>Start over</Link>;
  switch (state.name) {
    case 'signedOut':
      return (
        <Box css={{stack: 'y', gap: 'medium', alignX: 'start'}}>
          {state.reason && <Banner type="caution" description={reasonFor(state.reason, brand)} />}
          <SignInActions brand={brand} state={state} send={send} />
        </Box>
      );
    case 'roleRequired':
      return (
        <Box css={{stack: 'y', gap: 'medium', alignX: 'start'}}>
          <RoleRequired brand={brand} state={state} />
          <Button onPress={() => send({type: 'startOver'})}>Check again</Button>
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
      return <Account user={state.user} viewer={viewer} />;
    case 'checking':
    case 'completing':
    case 'relinking':
    case 'signingOut':
      return null;
  }
}
