import {PropertyList, PropertyListItem} from '@stripe/ui-extension-sdk/ui';
import type {LinkedUser} from '../auth/backend';
import {nameOf} from '../auth/user';

export function Account({user}: {user: LinkedUser}) {
  const address = user.email_verified === false ? `${user.email} (not verified)` : user.email;
  return (
    <PropertyList>
      <PropertyListItem label="Linked as" value={nameOf(user)} />
      {user.email && <PropertyListItem label="E-mail" value={address} />}
    </PropertyList>
  );
}
