import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Box} from '@stripe/ui-extension-sdk/ui';
import {AuthGate} from '../auth/AuthGate';
import {nameOf} from '../auth/user';
import {DrawerPage} from '../components/Page';

/** The drawer beside a payment: the pattern for a feature of your own. */
export default function PaymentDetails(context: ExtensionContextValue) {
  return (
    <AuthGate context={context} Page={DrawerPage}>
      {({user, banner, signOutLink}) => (
        <DrawerPage title="Payment" banner={banner} footerContent={signOutLink}>
          <Box>
            Linked as {nameOf(user)} · payment {context.environment.objectContext?.id}
          </Box>
        </DrawerPage>
      )}
    </AuthGate>
  );
}
