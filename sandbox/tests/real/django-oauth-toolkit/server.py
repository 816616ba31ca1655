"""django-oauth-toolkit for sandbox/tests/real: it asks no questions, stores nothing, and ends with its standard input.

Environment: PORT, REDIRECT_URI, CLIENT_ID, CLIENT_SECRET, LIFETIME.
"""

import os
import socketserver
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
application = get_wsgi_application()
lock = threading.Lock()


def one_at_a_time(environ, start_response):
    """SQLite in memory locks whole tables, and makes the second client fail."""
    with lock:
        return application(environ, start_response)


def register_clients():
    from oauth2_provider.models import Application

    for method in ["client_secret_post", "client_secret_basic"]:
        Application.objects.create(
            client_id=f"{os.environ['CLIENT_ID']}/{method}",
            client_secret=os.environ["CLIENT_SECRET"],
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
            algorithm=Application.RS256_ALGORITHM,
            redirect_uris=os.environ["REDIRECT_URI"],
            skip_authorization=True,
        )


def end_with_standard_input():
    sys.stdin.read()
    os._exit(0)


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """A thread per connection, so that an idle one blocks nobody."""

    daemon_threads = True
    request_queue_size = 100


class Handler(WSGIRequestHandler):
    def log_message(self, *_):
        """URLs contain codes."""


call_command("migrate", run_syncdb=True, verbosity=0)
register_clients()
server = Server(("127.0.0.1", int(os.environ["PORT"])), Handler)
server.set_app(one_at_a_time)
threading.Thread(target=end_with_standard_input, daemon=True).start()
print(f"ready http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
