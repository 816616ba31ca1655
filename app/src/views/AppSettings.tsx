import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {AuthGate} from '../auth/AuthGate';
import {Account} from '../components/Account';
import {SettingsPage} from '../components/Page';

/** The app's settings page, where users expect to find the link, and to end it. */
export default function AppSettings(context: ExtensionContextValue) {
  return (
    <AuthGate context={context} Page={SettingsPage}>
      {({user, frame}) => (
        <SettingsPage title="Your linked account" {...frame}>
          <Account user={user} />
        </SettingsPage>
      )}
    </AuthGate>
  );
}
