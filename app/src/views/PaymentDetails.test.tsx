import {contextProps} from '../testing/context';
import {show} from '../testing/screen';
import {ada, answered, createWorld, jenny, refusal, success, type World} from '../testing/world';
import PaymentDetails from './PaymentDetails';

let world: World;

beforeEach(() => {
  world = createWorld();
  world.replies.userinfo = () => success(ada);
});

const open = () => show(<PaymentDetails {...contextProps()} />);
const stripe = () => world.dashboard.stripeApiFetch;
const stripeAnswers = (status: number, json: object) =>
  stripe().mockImplementation(async () => ({ok: status === 200, status, json, headers: {'request-id': 'req_1'}}));

test('the contact is the one with the address of the payment\'s customer', async () => {
  const screen = await open();
  expect(stripe().mock.calls).toEqual([['/v1/payment_intents/pi_123?expand[]=customer', {}]]);
  expect(JSON.parse(String(world.to('call')[0]?.payload.request))).toEqual({
    call: 'contacts.search',
    parameters: {email: 'jenny.rosen@example.com'},
  });
  expect(screen.find('PropertyListItem', 'Contact')).toMatchObject({value: 'Jenny Rosen'});
});

test.each([{customer: null}, {customer: {email: null}}, {customer: {id: 'cus_1', deleted: true}}])(
  '%j has no address, so nobody is looked for',
  async (payment) => {
    stripeAnswers(200, payment);
    const screen = await open();
    expect(screen.text()).toContain('no customer with an e-mail address');
    expect(world.to('call')).toHaveLength(0);
  },
);

test('a customer who is no contact is named', async () => {
  world.replies.call = () => answered([]);
  expect((await open()).text()).toContain('Example has no contact with the address jenny.rosen@example.com .');
});

test('what the linked account may not see is no failure of the app, and can be tried again', async () => {
  world.replies.call = () => answered(null, 403);
  const screen = await open();
  expect(screen.find('Banner')).toMatchObject({
    type: 'caution',
    description: 'Example does not let the linked account see or do this.',
  });
  world.replies.call = () => answered([jenny]);
  await screen.press('Button', 'Retry');
  expect(screen.text()).toContain('Jenny Rosen');
});

test.each([
  [401, 'Stripe does not let you see this here.'],
  [403, 'Stripe does not let you see this here.'],
  [500, 'Stripe is out of reach. Your link is untouched.'],
])('when Stripe answers %i, it says so', async (status, text) => {
  stripeAnswers(status, {error: {message: 'not shown'}});
  const screen = await open();
  expect(screen.find('Banner')?.description).toContain(text);
  expect(screen.text()).toContain('req_1');
  stripeAnswers(200, {customer: {email: jenny.email}});
  await screen.press('Button', 'Retry');
  expect(screen.text()).toContain('Jenny Rosen');
});

test('when Stripe is not there, or does not answer in time, it says so', async () => {
  stripe().mockRejectedValue(new Error('no answer'));
  expect((await open()).text()).toContain('Stripe is out of reach.');

  jest.useFakeTimers();
  try {
    stripe().mockReturnValue(new Promise(() => undefined));
    const screen = await open();
    await jest.advanceTimersByTimeAsync(29_000);
    expect(screen.find('Spinner')).toBeDefined();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(screen.text()).toContain('Stripe is out of reach.');
  } finally {
    jest.useRealTimers();
  }
});

test.each([undefined, {id: 'ch_123', object: 'charge'}])('about %j Stripe is not asked', async (objectContext) => {
  const {environment, ...context} = contextProps();
  const screen = await show(<PaymentDetails {...context} environment={{...environment, objectContext}} />);
  expect(screen.text()).toContain('the app cannot tell the customer');
  expect(stripe()).not.toHaveBeenCalled();
});

test('an outage of the provider is no sign-out', async () => {
  world.replies.call = () => refusal(503, 'provider_unavailable');
  const screen = await open();
  expect(screen.find('Banner')).toMatchObject({type: 'critical'});
  expect(screen.text()).toContain('Example is out of reach. Your link is untouched.');
  expect(screen.text()).toContain('Error code: provider_unavailable , request req-1');
  world.replies.call = () => answered([jenny]);
  await screen.press('Button', 'Retry');
  expect(screen.text()).toContain('Jenny Rosen');
});

test('a call that the server does not know is for the developer, who is told the code', async () => {
  world.replies.call = () => refusal(404, 'unknown_call');
  const screen = await open();
  expect(screen.text()).toContain('Please tell its developer.');
  expect(screen.find('Button', 'Retry')).toBeUndefined();
});

test('where the link has ended, the sign-in is offered, and says why', async () => {
  world.replies.call = () => refusal(401, 'reconnect_required');
  const screen = await open();
  expect(screen.signIn()).toBeDefined();
  expect(screen.text()).toContain('Example has ended the access it gave.');
});
