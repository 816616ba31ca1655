import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Banner, Button, Link} from '@stripe/ui-extension-sdk/ui';
import {useState, type Dispatch, type ReactElement} from 'react';
import {brand} from '../brand';
import type {Confirmation, Page, PageProps} from '../components/Page';
import type {LinkedUser} from './backend';
import type {Event} from './machine';
import {BusyPage, FailedPage, SignInPage, WaitingPage} from './pages';
import {useLink} from './useLink';
import {nameOf} from './user';

/** What a view gets once an account is linked. */
export interface Session {
  user: LinkedUser;
  /**
   * For each page of the view, `<DrawerPage {...frame}>`: a link to sign out and the question before it; and
   * a banner that says who was linked just now, and lets the user undo it.
   */
  frame: Pick<PageProps, 'banner' | 'footerContent' | 'confirmation'>;
}

interface AuthGateProps {
  context: ExtensionContextValue;
  Page: Page;
  children: (session: Session) => ReactElement;
}

/** Shows a view to users who have linked an account, and leads the others through linking one. */
export function AuthGate(props: AuthGateProps) {
  const {userContext, environment, oauthContext} = props.context;
  // Another user, account or mode, or a newly arrived code, begins afresh.
  const key = [userContext.id, userContext.account.id, environment.mode, oauthContext?.code].join();
  return <Gate key={key} {...props} />;
}

function Gate({context, Page, children}: AuthGateProps) {
  const [state, send] = useLink(context);
  const signOut = useSignOut(send);

  switch (state.name) {
    case 'checking':
      return <BusyPage Page={Page} title="Checking your link" />;
    case 'completing':
      return <BusyPage Page={Page} title="Finishing the sign-in" />;
    case 'signingOut':
      return <BusyPage Page={Page} title="Signing out" />;
    case 'signedOut':
      return <SignInPage state={state} send={send} />;
    case 'waiting':
      return <WaitingPage Page={Page} state={state} send={send} />;
    case 'failed':
      return <FailedPage Page={Page} state={state} send={send} signOut={signOut} />;
    case 'signedIn':
      return children({
        user: state.user,
        frame: {
          banner: state.justLinked ? <LinkedBanner user={state.user} onUndo={signOut.ask} /> : undefined,
          footerContent: <Link onPress={signOut.ask}>Sign out</Link>,
          confirmation: signOut,
        },
      });
  }
}

/** Ending a link cannot be undone, so it is asked for first. */
function useSignOut(send: Dispatch<Event>): Confirmation {
  const [isAsked, setAsked] = useState(false);
  return {
    title: `Sign out of ${brand.provider}?`,
    text:
      `This app gives up its access to your ${brand.provider} account and deletes what Stripe keeps of it. ` +
      `Your ${brand.provider} account itself stays as it is. To use it here again, you sign in again.`,
    action: 'Sign out',
    isAsked,
    ask: () => setAsked(true),
    confirm: () => {
      setAsked(false);
      send({type: 'signOut'});
    },
    cancel: () => setAsked(false),
  };
}

/** Whoever lured the user into linking a stranger's account is found out here. */
function LinkedBanner({user, onUndo}: {user: LinkedUser; onUndo: () => void}) {
  return (
    <Banner
      title={`Linked to ${nameOf(user)}`}
      description={user.email ?? undefined}
      actions={<Button onPress={onUndo}>Not you? Undo</Button>}
    />
  );
}
