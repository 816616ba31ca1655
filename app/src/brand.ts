export interface Brand {
  provider: string;
  description: string;
  color: string;
  icon: string;
  /** Where people without an account make one, if the provider's sign-in page does not offer it. */
  signUpUrl?: string;
}

/** How the app presents itself: the first thing to change for your own. */
export const brand: Brand = {
  provider: 'Example',
  description: 'Link your Example account to see its data beside your payments.',
  signUpUrl: undefined,
  color: '#0f5c5c',
  /** One colour, square. */
  icon:
    'data:image/svg+xml,' +
    encodeURIComponent(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round">' +
        '<rect x="3" y="8" width="11" height="8" rx="4"/><rect x="10" y="8" width="11" height="8" rx="4"/></svg>',
    ),
};
