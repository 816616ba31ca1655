import {Box, Button, List, ListItem} from '@stripe/ui-extension-sdk/ui';
import {useState} from 'react';
import type {Call} from '../calls/call';
import {textOf} from '../calls/declared';
import {useCall} from '../calls/useCall';
import {theBackEnd} from '../config';
import {Called} from './Called';

interface ContactsProps {
  call: Call<typeof theBackEnd.calls>;
  /** The cursor that the page before ended with. */
  after?: string;
}

/** The contacts of the linked account, page by page. */
export function Contacts({call, after}: ContactsProps) {
  const page = useCall(call, 'contacts.list', {limit: 3, after});
  const [wantsMore, setWantsMore] = useState(false);
  return (
    <Called call={page} brand={theBackEnd.brand}>
      {({contacts, after: cursor}) => {
        const next = textOf(cursor);
        return (
          <Box css={{stack: 'y', gap: 'small'}}>
            {contacts?.length ? (
              <List>
                {contacts.map(({id, name, email}) => (
                  <ListItem
                    key={textOf(id)}
                    id={textOf(id)}
                    title={textOf(name) ?? textOf(email) ?? 'A contact without a name'}
                    secondaryTitle={textOf(email)}
                  />
                ))}
              </List>
            ) : (
              after === undefined && <Box>There are no contacts yet.</Box>
            )}
            {next !== undefined &&
              (wantsMore ? (
                <Contacts call={call} after={next} />
              ) : (
                <Button onPress={() => setWantsMore(true)}>More</Button>
              ))}
          </Box>
        );
      }}
    </Called>
  );
}
