// Prints what the provider's API says of a Stripe user who has linked an account:
//   TOKEN_FUNCTION=… node whoami.mjs https://api.example.com/me acct_… usr_… live
import { createHash } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const lambda = new LambdaClient();

/** A fresh access token; `refused` is one that the provider has just answered with 401. */
async function accessToken(link, refused) {
  const event = { ...link, caller: 'example/node' };
  if (refused) event.refused_sha256 = createHash('sha256').update(refused).digest('hex');
  const reply = await lambda.send(
    new InvokeCommand({ FunctionName: process.env.TOKEN_FUNCTION, Payload: JSON.stringify(event) }),
  );
  if (reply.FunctionError) throw new Error(`token failed: ${reply.FunctionError}`);
  const answer = JSON.parse(Buffer.from(reply.Payload).toString());
  if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
  return answer.access_token;
}

/** Calls the provider; after a 401 once more, with another token. */
async function call(url, link) {
  const send = (token) => fetch(url, { headers: { authorization: `Bearer ${token}` }, redirect: 'error' });
  const token = await accessToken(link);
  const reply = await send(token);
  if (reply.status !== 401) return reply;
  const renewed = await accessToken(link, token);
  // The same one again is under a minute old: the 401 is about something else, say a scope.
  return renewed === token ? reply : send(renewed);
}

const [url, account_id, user_id, mode] = process.argv.slice(2);
const reply = await call(url, { account_id, user_id, mode });
console.log(reply.status, await reply.text());
