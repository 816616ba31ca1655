import {contextProps} from '../testing/context';
import {show} from '../testing/screen';
import {ada, answered, createWorld, refusal, success, type World} from '../testing/world';
import App from '../views/App';

let world: World;

beforeEach(() => {
  world = createWorld();
  world.replies.userinfo = () => success(ada);
});

const open = () => show(<App {...contextProps()} />);
const contact = (id: string | number, name: string | null = `Contact ${id}`) => ({
  id,
  name,
  email: `${id}@example.com`,
});
const page = (contacts: object[] | null, after: string | null = null) => answered({contacts, after});
const asked = () => world.to('call').map(({payload}) => JSON.parse(String(payload.request)).parameters);

test('more are asked for with the cursor that the page ended with, until there is none', async () => {
  world.replies.call = () => page([contact('c-1'), contact('c-2')], 'c-2');
  const screen = await open();
  expect(screen.find('ListItem', 'Contact c-1')).toMatchObject({id: 'c-1', secondaryTitle: 'c-1@example.com'});

  world.replies.call = () => page([contact('c-3')]);
  await screen.press('Button', 'More');
  expect(asked()).toEqual([{limit: 3}, {limit: 3, after: 'c-2'}]);
  for (const name of ['Contact c-1', 'Contact c-3']) {
    expect(screen.find('ListItem', name)).toBeDefined();
  }
  expect(screen.find('Button', 'More')).toBeUndefined();
});

test('a page that fails leaves those before', async () => {
  world.replies.call = () => page([contact('c-1')], 'c-1');
  const screen = await open();
  world.replies.call = () => refusal(429, 'rate_limited');
  await screen.press('Button', 'More');
  expect(screen.text()).toContain('too many requests');
  expect(screen.find('ListItem', 'Contact c-1')).toBeDefined();
  world.replies.call = () => page([contact('c-2')]);
  await screen.press('Button', 'Retry');
  expect(screen.find('ListItem', 'Contact c-2')).toBeDefined();
});

test.each([[[]], [null]])('%j is no contact at all', async (contacts) => {
  world.replies.call = () => page(contacts);
  const screen = await open();
  expect(screen.text()).toContain('There are no contacts yet.');
  expect(screen.find('List')).toBeUndefined();
});

test('a contact without a name has its address, and its id may be a number', async () => {
  world.replies.call = () => page([contact(7, null)]);
  expect((await open()).find('ListItem')).toMatchObject({id: '7', title: '7@example.com'});
});

test('an answer that is no JSON is no list', async () => {
  world.replies.call = () => answered(null);
  expect((await open()).find('Banner')).toMatchObject({description: 'Example gave an unusable answer.'});
});
