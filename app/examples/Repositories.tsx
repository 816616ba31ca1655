import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {List, ListItem} from '@stripe/ui-extension-sdk/ui';
import {AuthGate} from '../src/auth/AuthGate';
import {signedPost} from '../src/auth/backend';
import {useRequest} from '../src/calls/useRequest';
import {Requested} from '../src/components/Called';
import {DrawerPage} from '../src/components/Page';
import {theBackEnd} from '../src/config';

interface Repository {
  id: number;
  name: string;
}

export default function Repositories(context: ExtensionContextValue) {
  return (
    <AuthGate context={context} backEnd={theBackEnd} Page={DrawerPage}>
      {({frame}) => (
        <DrawerPage title="Your repositories" {...frame}>
          <RepositoryList {...context} />
        </DrawerPage>
      )}
    </AuthGate>
  );
}

function RepositoryList(context: ExtensionContextValue) {
  const request = useRequest('repositories', (cancelled) =>
    signedPost<Repository[]>(context, 'repositories', {purpose: 'repositories'}, {cancelled}),
  );
  return (
    <Requested request={request} brand={theBackEnd.brand}>
      {(repositories) => (
        <List>
          {repositories.map(({id, name}) => (
            <ListItem key={id} id={`${id}`} title={name} />
          ))}
        </List>
      )}
    </Requested>
  );
}
