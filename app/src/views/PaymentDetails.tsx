import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Box, PropertyList, PropertyListItem} from '@stripe/ui-extension-sdk/ui';
import {AuthGate} from '../auth/AuthGate';
import {nameOf} from '../auth/user';
import type {Call} from '../calls/call';
import {textOf} from '../calls/declared';
import {useCall} from '../calls/useCall';
import {useRequest} from '../calls/useRequest';
import {Called, Requested} from '../components/Called';
import {DrawerPage} from '../components/Page';
import {theBackEnd} from '../config';
import {customerEmail} from '../stripe/payments';

const {brand} = theBackEnd;

/** The drawer beside a payment: what the provider knows of its customer. The pattern for a feature of your own. */
export default function PaymentDetails(context: ExtensionContextValue) {
  const {objectContext} = context.environment;
  return (
    <AuthGate context={context} backEnd={theBackEnd} Page={DrawerPage}>
      {({user, call, frame}) => (
        <DrawerPage title={`The customer at ${brand.provider}`} {...frame}>
          <Box css={{stack: 'y', gap: 'medium'}}>
            {objectContext?.object === 'payment_intent' ? (
              <Customer call={call} paymentIntent={objectContext.id} />
            ) : (
              <Box>For this kind of payment the app cannot tell the customer.</Box>
            )}
            <Box css={{font: 'caption', color: 'secondary'}}>Linked as {nameOf(user)}</Box>
          </Box>
        </DrawerPage>
      )}
    </AuthGate>
  );
}

interface CustomerProps {
  call: Call<typeof theBackEnd.calls>;
  paymentIntent: string;
}

function Customer({call, paymentIntent}: CustomerProps) {
  const request = useRequest(paymentIntent, (cancelled) => customerEmail(paymentIntent, cancelled));
  return (
    <Requested request={request} brand={brand}>
      {(email) =>
        email === null ? (
          <Box>This payment has no customer with an e-mail address, so there is nobody to look for.</Box>
        ) : (
          <Contact call={call} email={email} />
        )
      }
    </Requested>
  );
}

function Contact({call, email}: {call: CustomerProps['call']; email: string}) {
  const search = useCall(call, 'contacts.search', {email});
  return (
    <Called call={search} brand={brand}>
      {(contacts) => {
        const [contact] = contacts ?? [];
        return contact ? (
          <PropertyList>
            <PropertyListItem label="Contact" value={textOf(contact.name) ?? 'Without a name'} />
            <PropertyListItem label="E-mail" value={textOf(contact.email) ?? email} />
          </PropertyList>
        ) : (
          <Box>
            {brand.provider} has no contact with the address {email}.
          </Box>
        );
      }}
    </Called>
  );
}
