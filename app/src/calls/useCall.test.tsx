import {Box, Button} from '@stripe/ui-extension-sdk/ui';
import {theBackEnd} from '../config';
import {contextProps} from '../testing/context';
import {settle, show} from '../testing/screen';
import {answered, createWorld, jenny, refusal, type Reply, type World} from '../testing/world';
import {createCall, type Call} from './call';
import {useCall} from './useCall';

let world: World;
let call: Call<typeof theBackEnd.calls>;
let answer: (reply: Reply) => Promise<void>;

beforeEach(() => {
  world = createWorld();
  call = createCall(contextProps(), theBackEnd, () => undefined);
  world.replies.call = () =>
    new Promise((resolve) => {
      answer = async (reply) => {
        resolve(reply);
        await settle();
      };
    });
});

function Contact({id}: {id: string}) {
  const contact = useCall(call, 'contacts.get', {id});
  return (
    <Box>
      {contact.state}
      {contact.state === 'answered' && ` ${contact.answer.status} ${contact.answer.body?.name}`}
      {contact.state === 'failed' && ` ${contact.error.code}`}
      {contact.state !== 'loading' && <Button onPress={contact.retry}>Retry</Button>}
    </Box>
  );
}

const asked = () => world.to('call').map(({payload}) => JSON.parse(String(payload.request)).parameters.id);

test('a call is loading, then answered', async () => {
  const screen = await show(<Contact id="c-3" />);
  expect(screen.text()).toContain('loading');
  await answer(answered(jenny));
  expect(screen.text()).toContain('answered 200 Jenny Rosen');
});

test('a call that failed can be made once more', async () => {
  const screen = await show(<Contact id="c-3" />);
  await answer(refusal(503, 'provider_unavailable'));
  expect(screen.text()).toContain('failed provider_unavailable');
  await screen.press('Button', 'Retry');
  expect(screen.text()).toContain('loading');
  await answer(answered(jenny));
  expect(screen.text()).toContain('answered 200 Jenny Rosen');
  expect(asked()).toEqual(['c-3', 'c-3']);
});

test('the same values are not asked for again, others are, and cancel what was asked before', async () => {
  const screen = await show(<Contact id="c-3" />);
  await screen.replace(<Contact id="c-3" />);
  expect(asked()).toEqual(['c-3']);
  const late = answer;
  await screen.replace(<Contact id="c-1" />);
  expect(asked()).toEqual(['c-3', 'c-1']);
  expect(world.to('call').map(({init}) => init.signal?.aborted)).toEqual([true, false]);
  await late(answered(jenny));
  expect(screen.text()).toContain('loading');

  await answer(answered({...jenny, name: 'Charles Babbage'}));
  await screen.replace(<Contact id="c-5" />);
  expect(screen.text()).not.toContain('Charles');
});

test('a view that goes away cancels its call', async () => {
  const screen = await show(<Contact id="c-3" />);
  await screen.replace(null);
  expect(world.to('call')[0]?.init.signal?.aborted).toBe(true);
});
