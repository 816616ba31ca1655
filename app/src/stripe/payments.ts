import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {stripeApiFetch} from '@stripe/ui-extension-sdk/utils';
import {BackendError} from '../auth/backend';

/** What a view in the Dashboard is about. */
export type StripeObject = NonNullable<ExtensionContextValue['environment']['objectContext']>;

/** Of Stripe's PaymentIntent, with its customer expanded. One that was deleted has no address. */
interface Payment {
  customer: {email?: string | null} | null;
}

/**
 * The e-mail address of a payment's customer, or null where there is none. Stripe is asked in the Dashboard's session,
 * which takes the permissions `payment_intent_read` and `customer_read`.
 */
export async function customerEmail({id}: StripeObject): Promise<string | null> {
  const payment = await get<Payment>(`payment_intents/${encodeURIComponent(id)}?expand[]=customer`);
  return payment.customer?.email ?? null;
}

async function get<Answer>(path: string): Promise<Answer> {
  let response;
  try {
    response = await stripeApiFetch(`https://api.stripe.com/v1/${path}`);
  } catch (cause) {
    throw new BackendError('network', 'stripe_unavailable', {cause});
  }
  const {ok, status, json, headers} = response;
  if (!ok || !json) {
    const code = status === 401 || status === 403 ? 'stripe_denied' : 'stripe_unavailable';
    throw new BackendError('http', code, {status, requestId: headers['request-id']});
  }
  return json as Answer;
}
