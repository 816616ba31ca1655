import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Box} from '@stripe/ui-extension-sdk/ui';
import {AuthGate} from '../auth/AuthGate';
import {nameOf} from '../auth/user';
import {DrawerPage} from '../components/Page';

/** The drawer beside a payment: the pattern for a feature of your own. */
export default function PaymentDetails(context: ExtensionContextValue) {
  return (
    <AuthGate context={context} Page={DrawerPage}>
      {({user, frame}) => (
        <DrawerPage title="Payment" {...frame}>
          <Box>
            Linked as {nameOf(user)} · payment {context.environment.objectContext?.id}
          </Box>
        </DrawerPage>
      )}
    </AuthGate>
  );
}
