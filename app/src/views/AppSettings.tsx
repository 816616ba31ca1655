import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Button} from '@stripe/ui-extension-sdk/ui';
import {AuthGate, titleOf} from '../auth/AuthGate';
import {Account} from '../components/Account';
import {SettingsPage} from '../components/Page';
import {theBackEnd} from '../config';

/** The app's settings page, where users expect to find the link, to make it anew, and to end it. */
export default function AppSettings(context: ExtensionContextValue) {
  return (
    <AuthGate context={context} backEnd={theBackEnd} Page={SettingsPage}>
      {({user, frame, signInAgain}) => (
        <SettingsPage
          title={titleOf(user)}
          primaryAction={signInAgain && <Button onPress={signInAgain}>Sign in again</Button>}
          {...frame}
        >
          <Account user={user} viewer={context.userContext.id} />
        </SettingsPage>
      )}
    </AuthGate>
  );
}
