import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Box, ContextView, Divider} from '@stripe/ui-extension-sdk/ui';
import {LinkSection} from '../../../../src/auth/AuthGate';
import {books, mail} from '../backEnds';

/** Users who return from a provider land here, so every link has its section: that one finishes it which began it. */
export default function App(context: ExtensionContextValue) {
  return (
    <ContextView title="Your links">
      <Box css={{stack: 'y', gap: 'large'}}>
        <LinkSection context={context} backEnd={books} />
        <Divider />
        <LinkSection context={context} backEnd={mail} />
      </Box>
    </ContextView>
  );
}
