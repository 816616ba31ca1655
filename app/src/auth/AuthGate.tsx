import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Banner, Button, Link} from '@stripe/ui-extension-sdk/ui';
import type {ReactElement} from 'react';
import type {Page} from '../components/Page';
import type {LinkedUser} from './backend';
import {BusyPage, FailedPage, SignInPage, WaitingPage} from './pages';
import {useLink} from './useLink';
import {nameOf} from './user';

/** What a view gets once an account is linked. It has to show both elements. */
export interface Session {
  user: LinkedUser;
  /** For `footerContent`, on every page. */
  signOutLink: ReactElement;
  /** For `banner`: says who was linked just now, and lets the user undo it. */
  banner?: ReactElement;
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
      return <FailedPage Page={Page} state={state} send={send} />;
    case 'signedIn': {
      const signOut = () => send({type: 'signOut'});
      return children({
        user: state.user,
        signOutLink: <Link onPress={signOut}>Sign out</Link>,
        banner: state.justLinked ? <LinkedBanner user={state.user} onUndo={signOut} /> : undefined,
      });
    }
  }
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
