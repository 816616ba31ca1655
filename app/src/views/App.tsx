import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Box} from '@stripe/ui-extension-sdk/ui';
import {AuthGate, titleOf} from '../auth/AuthGate';
import {Account} from '../components/Account';
import {Contacts} from '../components/Contacts';
import {DrawerPage} from '../components/Page';
import {theBackEnd} from '../config';

/** The drawer on every page without a view of its own; users who return from the provider land here. */
export default function App(context: ExtensionContextValue) {
  return (
    <AuthGate context={context} backEnd={theBackEnd} Page={DrawerPage}>
      {({user, call, frame}) => (
        <DrawerPage title={titleOf(user)} {...frame}>
          <Box css={{stack: 'y', gap: 'large'}}>
            <Account user={user} viewer={context.userContext.id} />
            <Box css={{stack: 'y', gap: 'small'}}>
              <Box css={{font: 'heading'}}>Contacts</Box>
              <Contacts call={call} />
            </Box>
          </Box>
        </DrawerPage>
      )}
    </AuthGate>
  );
}
