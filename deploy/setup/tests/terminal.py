"""The setup command on a terminal: it asks, hides what is typed, and asks for confirmation before it replaces.

Usage: terminal.py <setup> <arguments>, with AWS_ENDPOINT_URL_SSM set.
"""

import os
import pty
import sys
import termios
import time

# The end of the prompts that hide what is typed.
UNSEEN = "): "
LOCAL_FLAGS = 3  # Where tcgetattr has them.


def converse(command, answers):
    """Gives each answer at its prompt; returns the exit status and everything the terminal showed."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command[0], command)
    shown = ""
    for prompt, answer in answers:
        while not shown.endswith(prompt):
            shown += os.read(terminal, 1).decode(errors="replace")
        while prompt == UNSEEN and termios.tcgetattr(terminal)[LOCAL_FLAGS] & termios.ECHO:
            time.sleep(0.01)  # The prompt appears before the echo is switched off; nobody types that fast.
        os.write(terminal, answer.encode() + b"\n")
        shown += "|"
    try:
        while piece := os.read(terminal, 1024):
            shown += piece.decode()
    except OSError:  # This is how Linux signals the end of a terminal.
        pass
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown


def asked(*answers):
    return [(UNSEEN, answer) for answer in answers]


put = [*sys.argv[1:], "put"]

status, shown = converse(put, asked("whsec_PLANTED", "rk_test_PLANTED", "", "", "", "PLANTED secret"))
assert status == 1 and "STRIPE_APP_SECRET must be" in shown, shown
assert "PLANTED" not in shown and "written" not in shown, shown

status, shown = converse(put, asked("absec_PLANTED", "rk_test_PLANTED", "", "", "", "PLANTED secret"))
assert status == 0 and "PLANTED" not in shown, shown
for name in ["STRIPE_APP_SECRET", "STRIPE_API_KEY", "THIRD_PARTY_CLIENT_SECRET", "SEALING_KEY"]:
    assert f"{name}: written, version 1" in shown, shown

again = asked("absec_PLANTED2", "", "", "", "", "")
for yes, version in [("n", "there already"), ("y", "STRIPE_APP_SECRET: written, version 2")]:
    status, shown = converse(put, [*again, ("Replace STRIPE_APP_SECRET? [y/N] ", yes)])
    assert version in shown and "blank keeps version 1" in shown, shown
    assert (status == 0) == (yes == "y") and "PLANTED" not in shown, shown

print("asked, hidden, and replaced after confirmation: ok")
