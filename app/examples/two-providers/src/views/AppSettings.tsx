import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Box, Divider, SettingsView} from '@stripe/ui-extension-sdk/ui';
import {LinkSection} from '../../../../src/auth/AuthGate';
import {books, mail} from '../backEnds';

/** Each link by itself, as Stripe's review asks. */
export default function AppSettings(context: ExtensionContextValue) {
  return (
    <SettingsView>
      <Box css={{stack: 'y', gap: 'large'}}>
        <LinkSection context={context} backEnd={books} />
        <Divider />
        <LinkSection context={context} backEnd={mail} />
      </Box>
    </SettingsView>
  );
}
