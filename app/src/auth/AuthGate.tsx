import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Banner, Box, Button, Link} from '@stripe/ui-extension-sdk/ui';
import {useState, type ReactElement} from 'react';
import {Account} from '../components/Account';
import {SectionPage, type Confirmation, type Page, type PageProps} from '../components/Page';
import {createCall, type Call} from '../calls/call';
import type {DeclaredCalls} from '../calls/declared';
import {permissionsToAccept, serverOf, type BackEnd} from '../config';
import type {LinkedUser} from './backend';
import {BusyPage, FailedPage, RelinkPage, RoleRequiredPage, SignInPage, SignInSection, WaitingPage} from './pages';
import {occasionOf, useLink} from './useLink';
import {nameOf} from './user';

/** What a view gets once an account is linked. */
export interface Session<Calls extends DeclaredCalls> {
  user: LinkedUser;
  /** Calls the provider's API with the link. */
  call: Call<Calls>;
  /**
   * For each page of the view, `<DrawerPage {...frame}>`: a link to sign out and the question before it; a
   * banner that says who was linked just now, and lets the user undo it; and what has to be accepted anew.
   */
  frame: Pick<PageProps, 'notice' | 'banner' | 'footerContent' | 'confirmation'>;
  /** For settings: signs in again. Not there for those who may not link. */
  signInAgain?: () => void;
}

interface AuthGateProps<Calls extends DeclaredCalls> {
  context: ExtensionContextValue;
  /** Which link the view is for. */
  backEnd: BackEnd<Calls>;
  Page: Page;
  children: (session: Session<Calls>) => ReactElement;
}

/** Shows a view to users who have linked an account, and leads the others through linking one. */
export function AuthGate<Calls extends DeclaredCalls>(props: AuthGateProps<Calls>) {
  return <Gate key={occasionOf(props.context)} SignIn={SignInPage} {...props} />;
}

/** One of several links, in a page that has a section for each: it is made, made again and ended there by itself. */
export function LinkSection({context, backEnd}: {context: ExtensionContextValue; backEnd: BackEnd}) {
  return (
    <Box css={{stack: 'y', gap: 'small'}}>
      <Box css={{font: 'heading'}}>{backEnd.brand.provider}</Box>
      <Gate key={occasionOf(context)} context={context} backEnd={backEnd} Page={SectionPage} SignIn={SignInSection}>
        {({user, frame, signInAgain}) => (
          <SectionPage
            title={titleOf(user)}
            primaryAction={signInAgain && <Button onPress={signInAgain}>Sign in again</Button>}
            {...frame}
          >
            <Account user={user} viewer={context.userContext.id} />
          </SectionPage>
        )}
      </Gate>
    </Box>
  );
}

/** The title of a page that shows a link. */
export function titleOf({scope}: LinkedUser): string {
  return scope === 'account' ? 'Linked for the whole Stripe account' : 'Your linked account';
}

interface GateProps<Calls extends DeclaredCalls> extends AuthGateProps<Calls> {
  /** SignInView is a page of its own, which Stripe wants; a section cannot have it. */
  SignIn: typeof SignInPage;
}

function Gate<Calls extends DeclaredCalls>({context, backEnd, Page, SignIn, children}: GateProps<Calls>) {
  const {state, send, mayLink} = useLink(context, backEnd);
  const [call] = useState(() => createCall(context, backEnd, (error) => send({type: 'linkEnded', error})));
  const {brand} = backEnd;
  const server = serverOf(context.environment, backEnd);
  const question = useConfirmation(brand.provider, server.linkScope, () => send({type: 'signOut'}));
  const signOut = mayLink ? question : undefined;
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
      return <SignIn brand={brand} state={state} send={send} notice={missing} />;
    case 'roleRequired':
      return <RoleRequiredPage Page={Page} brand={brand} state={state} send={send} notice={notice} />;
    case 'relinking':
      return <RelinkPage Page={Page} brand={brand} state={state} send={send} />;
    case 'waiting':
      return <WaitingPage Page={Page} brand={brand} state={state} send={send} />;
    case 'failed':
      return (
        <FailedPage
          Page={Page}
          brand={brand}
          state={state}
          send={send}
          notice={notice}
          server={server}
          signOut={signOut}
        />
      );
    case 'signedIn':
      return children({
        user: state.user,
        call,
        signInAgain: mayLink ? () => send({type: 'signInAgain'}) : undefined,
        frame: {
          notice,
          banner: state.justLinked ? <LinkedBanner user={state.user} onUndo={signOut?.ask} /> : undefined,
          footerContent: signOut ? <Link onPress={signOut.ask}>{signOut.action}</Link> : <OthersLink />,
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
function useConfirmation(provider: string, scope: 'user' | 'account', end: () => void): Confirmation {
  const [isAsked, setAsked] = useState(false);
  const question =
    scope === 'user'
      ? {
          title: `Sign out of ${provider}?`,
          text:
            `This app gives up its access to your ${provider} account and deletes the tokens that it keeps at ` +
            `Stripe. Your ${provider} account stays as it is. To use the app again, sign in again.`,
          action: 'Sign out',
        }
      : {
          title: `Unlink ${provider} for everyone?`,
          text:
            `This app gives up its access to the ${provider} account for the whole Stripe account, and deletes the ` +
            `tokens that it keeps at Stripe. No member can use it then, until an administrator signs in again. The ` +
            `${provider} account itself stays as it is.`,
          action: 'Unlink',
        };
  return {
    ...question,
    isAsked,
    ask: () => setAsked(true),
    confirm: () => {
      setAsked(false);
      end();
    },
    cancel: () => setAsked(false),
  };
}

/** Whoever lured the user into linking a stranger's account is found out here. */
function LinkedBanner({user, onUndo}: {user: LinkedUser; onUndo?: () => void}) {
  return (
    <Banner
      title={`Linked to ${nameOf(user)}`}
      description={user.email ?? undefined}
      actions={onUndo && <Button onPress={onUndo}>Not you? Undo</Button>}
    />
  );
}

function OthersLink() {
  return (
    <Box css={{font: 'caption', color: 'secondary'}}>
      Every member of this Stripe account uses this link. To change or end it, ask an administrator.
    </Box>
  );
}
