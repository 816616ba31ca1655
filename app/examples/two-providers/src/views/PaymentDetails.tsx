import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Box} from '@stripe/ui-extension-sdk/ui';
import {AuthGate} from '../../../../src/auth/AuthGate';
import {nameOf} from '../../../../src/auth/user';
import {DrawerPage} from '../../../../src/components/Page';
import {books} from '../backEnds';

/** A feature needs one of the links; the other does not matter to it. */
export default function PaymentDetails(context: ExtensionContextValue) {
  return (
    <AuthGate context={context} backEnd={books} Page={DrawerPage}>
      {({user, frame}) => (
        <DrawerPage title="Entries of this payment" {...frame}>
          <Box>
            From the books of {nameOf(user)} · payment {context.environment.objectContext?.id}
          </Box>
        </DrawerPage>
      )}
    </AuthGate>
  );
}
