import {Banner, Box, Button, Spinner} from '@stripe/ui-extension-sdk/ui';
import type {ReactElement, ReactNode} from 'react';
import type {BackendError} from '../auth/backend';
import {messageFor, refusalFor} from '../auth/messages';
import type {Brand} from '../brand';
import type {Request} from '../calls/useRequest';

interface RequestedProps<Answer> {
  request: Request<Answer>;
  brand: Brand;
  children: (answer: Answer) => ReactElement;
}

/** What a request is answered; until then a spinner, or what went wrong, with another try where that may help. */
export function Requested<Answer>({request, brand, children}: RequestedProps<Answer>) {
  switch (request.state) {
    case 'loading':
      return (
        <Box css={{stack: 'x', alignX: 'center', padding: 'large'}}>
          <Spinner />
        </Box>
      );
    case 'failed':
      return <Failure {...request} brand={brand} />;
    case 'answered':
      return children(request.answer);
  }
}

interface CalledProps<Body> {
  call: Request<{status: number; body: Body | null}>;
  brand: Brand;
  children: (body: Body) => ReactElement;
}

/** The same for a declared call: what the provider answers, or that it has refused. */
export function Called<Body>({call, brand, children}: CalledProps<Body>) {
  return (
    <Requested request={call} brand={brand}>
      {({status, body}) =>
        body !== null && status < 300 ? (
          children(body)
        ) : (
          <Notice type="caution" retry={call.state === 'answered' ? call.retry : undefined}>
            {refusalFor(status, brand)}
          </Notice>
        )
      }
    </Requested>
  );
}

function Failure({error: {code, requestId}, retry, brand}: {error: BackendError; retry: () => void; brand: Brand}) {
  const {text, remedy} = messageFor(code, 'signedIn', brand);
  return (
    <Box css={{stack: 'y', gap: 'small'}}>
      <Notice type="critical" retry={remedy?.event === 'retry' ? retry : undefined}>
        {text}
      </Notice>
      <Box css={{font: 'caption', color: 'secondary'}}>
        Error code: {code}
        {requestId && `, request ${requestId}`}.
      </Box>
    </Box>
  );
}

function Notice({type, retry, children}: {type: 'caution' | 'critical'; retry?: () => void; children: ReactNode}) {
  return <Banner type={type} description={children} actions={retry && <Button onPress={retry}>Retry</Button>} />;
}
