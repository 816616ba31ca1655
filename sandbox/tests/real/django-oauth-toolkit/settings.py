"""A Django project with one app, in memory."""

import os

from jwcrypto.jwk import JWK

ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:real?mode=memory&cache=shared"}}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"]
MIDDLEWARE = ["urls.counted"]
# Create the tables from the models directly: years of migrations take seconds.
MIGRATION_MODULES = {"auth": None, "contenttypes": None, "oauth2_provider": None}
# For the clients' secrets. The other hashers are slow, as they should be.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ROOT_URLCONF = "urls"
SECRET_KEY = os.urandom(32).hex()
# For the toolkit's error pages.
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
USE_TZ = True

OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": int(os.environ["LIFETIME"]),
    "OAUTH2_VALIDATOR_CLASS": "urls.Validator",
    "OIDC_ENABLED": True,
    "OIDC_RSA_PRIVATE_KEY": JWK.generate(kty="RSA", size=2048).export_to_pem(True, None).decode(),
    "PKCE_REQUIRED": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,  # A used one ends the grant.
    "ROTATE_REFRESH_TOKEN": True,
    "SCOPES": {"openid": "Sign in", "email": "E-mail address", "profile": "Name"},
}
