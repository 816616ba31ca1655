import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Banner, Button, Link} from '@stripe/ui-extension-sdk/ui';
import {useState, type Dispatch, type ReactElement} from 'react';
import {brand} from '../brand';
import type {Confirmation, Page, PageProps} from '../components/Page';
import {apiBase, permissionsToAccept} from '../config';
import type {LinkedUser} from './backend';
import type {Event} from './machine';
import {BusyPage, FailedPage, SignInPage, WaitingPage} from './pages';
import {occasionOf, useLink} from './useLink';
import {nameOf} from './user';

/** What a view gets once an account is linked. */
export interface Session {
  user: LinkedUser;
  /**
   * For each page of the view, `<DrawerPage {...frame}>`: a link to sign out and the question before it; a
   * banner that says who was linked just now, and lets the user undo it; and what has to be accepted anew.
   */
  frame: Pick<PageProps, 'notice' | 'banner' | 'footerContent' | 'confirmation'>;
}

interface AuthGateProps {
  context: ExtensionContextValue;
  Page: Page;
  children: (session: Session) => ReactElement;
}

/** Shows a view to users who have linked an account, and leads the others through linking one. */
export function AuthGate(props: AuthGateProps) {
  return <Gate key={occasionOf(props.context)} {...props} />;
}

function Gate({context, Page, children}: AuthGateProps) {
  const [state, send] = useLink(context);
  const signOut = useSignOut(send);
  const missing = missingPermissions(context.appContext);
  const notice = missing ? (
    <Banner type="caution" title="Permissions to accept" description={missing} />
  ) : undefined;

  switch (state.name) {
    case 'checking':
      return <BusyPage Page={Page} title="Checking your link" />;
    case 'completing':
      return <BusyPage Page={Page} title="Finishing the sign-in" />;
    case 'signingOut':
      return <BusyPage Page={Page} title="Signing out" />;
    case 'signedOut':
      return <SignInPage state={state} send={send} notice={missing} />;
    case 'waiting':
      return <WaitingPage Page={Page} state={state} send={send} />;
    case 'failed':
      return (
        <FailedPage
          Page={Page}
          state={state}
          send={send}
          notice={notice}
          server={apiBase(context.environment)}
          signOut={signOut}
        />
      );
    case 'signedIn':
      return children({
        user: state.user,
        frame: {
          notice,
          banner: state.justLinked ? <LinkedBanner user={state.user} onUndo={signOut.ask} /> : undefined,
          footerContent: <Link onPress={signOut.ask}>Sign out</Link>,
          confirmation: signOut,
        },
      });
  }
}

/** After an update that asks for more, Stripe wants the app's permissions accepted anew, and grants none before. */
function missingPermissions(appContext: ExtensionContextValue['appContext']): string | undefined {
  const purposes = permissionsToAccept(appContext).map(({purpose}) => purpose);
  return purposes.length > 0
    ? `This app asks for permissions that nobody has accepted yet. ${purposes.join(' ')} ` +
        "An administrator can accept them on the app's page under Installed apps, in the Dashboard's settings."
    : undefined;
}

/** Ending a link cannot be undone, so it is asked for first. */
function useSignOut(send: Dispatch<Event>): Confirmation {
  const [isAsked, setAsked] = useState(false);
  return {
    title: `Sign out of ${brand.provider}?`,
    text:
      `This app gives up its access to your ${brand.provider} account and deletes the tokens that it keeps at ` +
      `Stripe. Your ${brand.provider} account stays as it is. To use the app again, sign in again.`,
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
