"""Prints what the provider's API says of a Stripe user who has linked an account:

TOKEN_FUNCTION=… python whoami.py https://api.example.com/me acct_… usr_… live
"""

import hashlib
import json
import os
import sys
import urllib.error
import urllib.request

import boto3

lambda_client = boto3.client("lambda")


class NoToken(Exception):
    """`error` has code, message, request_id, and retry_after where a retry may help."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.error = error


def access_token(link, refused=None):
    """A fresh access token; `refused` is one that the provider has just answered with 401."""
    event = {**link, "caller": "example/python"}
    if refused:
        event["refused_sha256"] = hashlib.sha256(refused.encode()).hexdigest()
    reply = lambda_client.invoke(FunctionName=os.environ["TOKEN_FUNCTION"], Payload=json.dumps(event))
    if "FunctionError" in reply:
        raise RuntimeError(f"token failed: {reply['FunctionError']}")
    answer = json.load(reply["Payload"])
    if "error" in answer:
        raise NoToken(answer["error"])
    return answer["access_token"]


def call(url, link):
    """Calls the provider; after a 401 once more, with another token."""
    token = access_token(link)
    status, body = send(url, token)
    if status != 401:
        return status, body
    renewed = access_token(link, refused=token)
    # The same one again is under a minute old: the 401 is about something else, say a scope.
    return (status, body) if renewed == token else send(url, renewed)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """urllib would send the token along."""

    def redirect_request(self, *_):
        return None


def send(url, token):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as reply:
        return reply.code, reply.read().decode()


if __name__ == "__main__":
    url, account_id, user_id, mode = sys.argv[1:]
    print(*call(url, {"account_id": account_id, "user_id": user_id, "mode": mode}))
