import {stripeApiFetch} from '@stripe/ui-extension-sdk/utils';
import {BackendError, inTime} from '../auth/backend';

/** Of Stripe's PaymentIntent, with its customer expanded. A customer that was deleted has no address. */
interface PaymentIntent {
  customer: {email?: string | null} | null;
}

/**
 * The e-mail address of the customer of a PaymentIntent, or null where there is none. Stripe is asked in the Dashboard's
 * session, which takes the permissions `payment_intent_read` and `customer_read`.
 */
export async function customerEmail(paymentIntent: string, cancelled: AbortSignal): Promise<string | null> {
  const path = `payment_intents/${encodeURIComponent(paymentIntent)}?expand[]=customer`;
  const {customer} = await get<PaymentIntent>(path, cancelled);
  return customer?.email ?? null;
}

async function get<Answer>(path: string, cancelled: AbortSignal): Promise<Answer> {
  let response;
  try {
    response = await inTime(() => stripeApiFetch(`https://api.stripe.com/v1/${path}`), cancelled);
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
