import {brand} from '../brand';
import {contextProps} from '../testing/context';
import {settle, show} from '../testing/screen';
import {ada, authorizationUrl, createWorld, refusal, success, type World} from '../testing/world';
import Onboarding from './Onboarding';

let world: World;

beforeEach(() => {
  world = createWorld();
});

const open = (...props: Parameters<typeof contextProps>) => show(<Onboarding {...contextProps(...props)} />);
const task = (status: string) => ({tasks: [{title: 'Sign in to Example', status}]});

test('the one task is to sign in', async () => {
  const screen = await open();
  expect(screen.find('OnboardingView')).toMatchObject({...task('not-started'), completed: false, pending: false});
  expect(screen.find('Button', 'Sign in')).toMatchObject({href: authorizationUrl(1), target: '_blank'});
  expect(screen.find('Icon')).toMatchObject({name: 'external'});
  expect(screen.find('Link')).toBeUndefined();
});

test('it goes on by itself once another tab has made the link', async () => {
  jest.useFakeTimers();
  try {
    const screen = await open();
    await screen.press('Button', 'Sign in');
    expect(screen.find('OnboardingView')).toMatchObject(task('in-progress'));

    world.replies.userinfo = () => success(ada);
    await jest.advanceTimersByTimeAsync(3_000);
    await settle();
    expect(screen.find('OnboardingView')).toMatchObject({...task('complete'), completed: true});
    expect(screen.text()).toContain('Ada Lovelace');
  } finally {
    jest.useRealTimers();
  }
});

test('starting over offers the sign-in again', async () => {
  const screen = await open();
  await screen.press('Button', 'Sign in');
  await screen.press('Link', 'Start over');
  expect(screen.find('Button', 'Sign in')).toMatchObject({href: authorizationUrl(2)});
});

test('who is linked already is done', async () => {
  world.replies.userinfo = () => success(ada);
  expect((await open()).find('OnboardingView')).toMatchObject({completed: true});
});

test('a failure says what happened, and can be repeated', async () => {
  world.replies.userinfo = () => refusal(503, 'provider_unavailable');
  const screen = await open();
  expect(screen.find('OnboardingView')).toMatchObject({completed: false, pending: false});
  expect(screen.find('Banner', 'Example is out of reach.')?.type).toBe('critical');

  world.replies.userinfo = () => success(ada);
  await screen.press('Button', 'Retry');
  expect(screen.find('OnboardingView')).toMatchObject({completed: true});
  expect(screen.find('Banner')).toBeUndefined();
});

test('why nobody is linked, and where to get an account', async () => {
  jest.replaceProperty(brand, 'signUpUrl', 'https://provider.example/sign-up');
  const screen = await open({error: 'access_denied', state: ''});
  expect(screen.text()).toContain('You did not give access at Example');
  expect(screen.find('Link', 'Sign up')).toMatchObject({href: 'https://provider.example/sign-up', external: true});
});
