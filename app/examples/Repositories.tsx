import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {Banner, List, ListItem, Spinner} from '@stripe/ui-extension-sdk/ui';
import {useEffect, useState} from 'react';
import {AuthGate} from '../src/auth/AuthGate';
import {signedPost, type BackendError} from '../src/auth/backend';
import {messageFor} from '../src/auth/messages';
import {DrawerPage} from '../src/components/Page';

interface Repository {
  id: number;
  name: string;
}

export default function Repositories(context: ExtensionContextValue) {
  return (
    <AuthGate context={context} Page={DrawerPage}>
      {({frame}) => (
        <DrawerPage title="Your repositories" {...frame}>
          <RepositoryList {...context} />
        </DrawerPage>
      )}
    </AuthGate>
  );
}

function RepositoryList({userContext, environment}: ExtensionContextValue) {
  const [repositories, setRepositories] = useState<Repository[]>();
  const [failure, setFailure] = useState<BackendError>();
  useEffect(() => {
    const fields = {purpose: 'repositories'};
    signedPost<Repository[]>({userContext, environment}, 'repositories', fields).then(setRepositories, setFailure);
  }, [userContext, environment]);
  if (failure) {
    return <Banner type="critical" description={messageFor(failure.code, 'checking').text} />;
  }
  const items = repositories?.map(({id, name}) => <ListItem key={id} id={`${id}`} title={name} />);
  return items ? <List>{items}</List> : <Spinner />;
}
