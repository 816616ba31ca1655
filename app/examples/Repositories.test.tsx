import {contextProps} from '../src/testing/context';
import {show} from '../src/testing/screen';
import {ada, authorizationUrl, createWorld, refusal, success, type World} from '../src/testing/world';
import Repositories from './Repositories';

let world: World;

beforeEach(() => {
  world = createWorld();
});

const open = () => show(<Repositories {...contextProps()} />);

test('without a link it offers the sign-in, and asks for nothing else', async () => {
  const screen = await open();
  expect(screen.signIn()?.href).toBe(authorizationUrl(1));
  expect(world.to('repositories')).toHaveLength(0);
});

test('with a link it lists what the endpoint answers', async () => {
  world.replies.userinfo = () => success(ada);
  world.replies.repositories = () => success([{id: 1, name: 'analytical-engine'}]);
  const screen = await open();
  expect(screen.find('ListItem')).toMatchObject({id: '1', title: 'analytical-engine'});
  expect(world.to('repositories')[0]?.payload).toMatchObject({purpose: 'repositories', mode: 'test'});

  await screen.signOut();
  expect(screen.signIn()).toBeDefined();
});

test('an endpoint that fails says what happened', async () => {
  world.replies.userinfo = () => success(ada);
  world.replies.repositories = () => refusal(503, 'provider_unavailable');
  const screen = await open();
  expect(screen.find('Banner', 'Example is out of reach. Your link is untouched.')?.type).toBe('critical');
});
