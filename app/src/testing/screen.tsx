import {render} from '@stripe/ui-extension-sdk/testing';
import {useState, type ReactElement} from 'react';

/** A rendered component, a text, or a fragment that is another component's property. */
interface Remote {
  type?: string;
  text?: string;
  props?: {[name: string]: unknown};
  children?: Remote[];
}

const isFragment = (value: unknown): value is Remote =>
  typeof value === 'object' && value !== null && 'children' in value;

const propsOf = ({props}: Remote): unknown[] => Object.values(props ?? {});

/**
 * A node with all it contains that can be seen. The SDK's own `find` does not look into properties like
 * `footerContent`.
 */
function within(node: Remote): Remote[] {
  if (node.type === 'FocusView' && !node.props?.shown) {
    return [];
  }
  return [node, ...propsOf(node).filter(isFragment).flatMap(within), ...(node.children ?? []).flatMap(within)];
}

/** All that a user could read, as one string. */
function textOf(node: Remote): string {
  return within(node)
    .flatMap((inner) => [inner.text, ...propsOf(inner)])
    .filter((value) => typeof value === 'string')
    .join(' ')
    .replace(/\s+/g, ' ');
}

// Kept from before any test fakes the timers.
const {setImmediate: nextTurn} = globalThis;

/** Lets everything happen that waits for no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => nextTurn(resolve));
  }
}

const mounted: (() => void)[] = [];

// A view left mounted would go on with its timers.
afterEach(() => mounted.splice(0).forEach((unmount) => unmount()));

/** Shows a view as the Dashboard would, for a test to read and press. */
export async function show(view: ReactElement) {
  let replace: (view: ReactElement | null) => void = () => undefined;
  function Stage() {
    const [shown, setShown] = useState<ReactElement | null>(view);
    replace = setShown;
    return shown;
  }
  mounted.push(() => replace(null));
  const root: Remote = render(<Stage />).wrapper.instance;

  const find = (type: string, text = '') =>
    within(root).find((node) => node.type === type && textOf(node).includes(text))?.props;
  const press = async (type: 'Button' | 'Link', text: string) => {
    const {onPress} = (find(type, text) ?? {}) as {onPress?: () => void};
    if (!onPress) {
      throw new Error(`Nothing to press: ${type} "${text}" in "${textOf(root)}"`);
    }
    onPress();
    await settle();
  };
  await settle();
  return {
    find,
    text: () => textOf(root),
    press,
    /** Presses Sign out, which a link or a button may offer, and confirms: properties count as text. */
    async signOut(type: 'Button' | 'Link' = 'Link') {
      await press(type, 'Sign out');
      await press('Button', 'destructive');
    },
    /** The sign-in action; its href is for the browser to follow. */
    signIn: () => find('SignInView')?.primaryAction as SignInAction | undefined,
    /** Renders something else in the same place; null unmounts. */
    async replace(next: ReactElement | null) {
      replace(next);
      await settle();
    },
  };
}

interface SignInAction {
  label: string;
  href: string;
  target: string;
  onPress: () => void;
}
