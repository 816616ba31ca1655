import {PropertyList, PropertyListItem} from '@stripe/ui-extension-sdk/ui';
import type {LinkedUser} from '../auth/backend';
import {nameOf} from '../auth/user';

interface AccountProps {
  user: LinkedUser;
  /** The Stripe user who looks. */
  viewer?: string;
}

export function Account({user, viewer}: AccountProps) {
  const {email, email_verified, linked_by, linked_at} = user;
  const address = email_verified === false ? `${email} (not verified)` : email;
  return (
    <PropertyList>
      <PropertyListItem label="Linked as" value={nameOf(user)} />
      {email && <PropertyListItem label="E-mail" value={address} />}
      {/* Stripe tells an app the names of no other users. */}
      {linked_by && <PropertyListItem label="Linked by" value={linked_by === viewer ? 'You' : linked_by} />}
      {linked_at !== undefined && <PropertyListItem label="Linked on" value={TIME.format(linked_at * 1000)} />}
    </PropertyList>
  );
}

/** As Stripe's guidelines write times: Jan 3, 2021, 3:25 PM. */
const TIME = new Intl.DateTimeFormat('en-US', {dateStyle: 'medium', timeStyle: 'short'});
