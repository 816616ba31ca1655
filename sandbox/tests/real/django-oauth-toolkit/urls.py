"""What the toolkit leaves to its users: who signs in, and what is said about them."""

from collections import Counter

from django.contrib.auth.models import AnonymousUser, User
from django.http import JsonResponse
from django.urls import include, path
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.urls import metadata_urlpatterns
from oauth2_provider.views import AuthorizationView

calls = Counter()


class Validator(OAuth2Validator):
    def get_additional_claims(self, request):
        person = request.user.username
        return {"email": f"{person}@example.com", "email_verified": person == "alice", "name": person}

    def validate_silent_login(self, request):
        """There are no sessions."""
        return False


class Authorization(AuthorizationView):
    """Signs in the person that login_hint names; `deny` refuses. Without a hint, nobody is signed in."""

    def dispatch(self, request, *args, **kwargs):
        person = request.GET.get("login_hint")
        request.user = User.objects.get_or_create(username=person)[0] if person else AnonymousUser()
        return super().dispatch(request, *args, **kwargs)

    def create_authorization_response(self, request, scopes, credentials, allow):
        return super().create_authorization_response(request, scopes, credentials, request.user.username != "deny")


def counted(get_response):
    def answer(request):
        call = {"/o/token/": request.POST.get("grant_type"), "/o/revoke_token/": "revocation"}.get(request.path)
        if call:
            calls[call] += 1
        return get_response(request)

    return answer


urlpatterns = [
    path("calls", lambda _: JsonResponse(calls)),
    path("o/authorize/", Authorization.as_view()),
    path("o/", include("oauth2_provider.urls")),
    *metadata_urlpatterns,
]
