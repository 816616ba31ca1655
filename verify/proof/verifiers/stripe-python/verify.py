"""Stripe's Python library, over JSON lines: {header, payload, secret, now} in, its verdict out."""

import json
import sys
import time

from stripe import SignatureVerificationError, WebhookSignature

for line in sys.stdin:
    asked = json.loads(line)
    time.time = lambda: asked["now"]
    try:
        WebhookSignature.verify_header(asked["payload"], asked["header"], asked["secret"], 300)
        verdict = "accepts"
    except SignatureVerificationError:
        verdict = "refuses"
    except Exception:
        verdict = "breaks"
    print(json.dumps(verdict))
