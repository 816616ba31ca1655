import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {AuthGate, titleOf} from '../auth/AuthGate';
import {Account} from '../components/Account';
import {DrawerPage} from '../components/Page';

/** The drawer on every page without a view of its own; users who return from the provider land here. */
export default function App(context: ExtensionContextValue) {
  return (
    <AuthGate context={context} Page={DrawerPage}>
      {({user, frame}) => (
        <DrawerPage title={titleOf(user)} {...frame}>
          <Account user={user} viewer={context.userContext.id} />
        </DrawerPage>
      )}
    </AuthGate>
  );
}
