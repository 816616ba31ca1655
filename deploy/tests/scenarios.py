"""Deployments that together turn every condition of the template on and off."""

AS_LITTLE_AS_POSSIBLE = {"StripeAppId": "com.example.app", "ThirdPartyClientId": "client", "StripeApiKey": "test"}

EVERYTHING = {
    "StripeAppId": "com.example.app",
    "LinkFlow": "direct",
    "LinkName": "crm",
    "TokenFormat": "plain",
    "Provider": "okta",
    "ProviderFile": "example.json",
    "CallsFile": "calls.json",
    "ThirdPartyTenant": "tenant",
    "ThirdPartyClientId": "client",
    "ThirdPartyClientAuth": "client_secret_basic",
    "ThirdPartyScopes": "openid email",
    "ThirdPartyUrlBase": "https://base.example",
    "ThirdPartyAuthorizeUrl": "https://authorize.example",
    "ThirdPartyTokenUrl": "https://token.example",
    "ThirdPartyUserinfoUrl": "https://userinfo.example",
    "ThirdPartyRevokeUrl": "https://revoke.example",
    "ThirdPartyIssuer": "https://issuer.example",
    "EmailVerified": "ignore",
    "Userinfo": "full",
    "SecretsPath": "/other/path",
    "StripeApiKey": "live",
    "StripeApiKeyLive": "yes",
    "StripeApiKeyTest": "yes",
    "StripeApiKeySandbox": "yes",
    "KmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/key",
    "DomainName": "api.example.com",
    "CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/certificate",
    "TokenFunction": "yes",
    "Architecture": "x86_64",
    "MemorySize": 512,
    "DeploymentType": "Canary10Percent5Minutes",
    "Release": "release-7",
    "LogLevel": "debug",
    "LogRetentionInDays": 7,
    "AlarmTopicArn": "arn:aws:sns:us-east-1:111122223333:topic",
}

# Something in front, a return address, and an API key per mode.
IN_FRONT = {
    "LinkScope": "account",
    "LinkRoles": "admin:Administrator,developer:Developer",
    "StripeRedirectUrl": "https://dashboard.stripe.com/apps-oauth/com.example.app",
    "ThirdPartyClientId": "client",
    "ApiHostUrl": "https://front.example",
    "StripeApiKey": "no",
    "StripeApiKeyTest": "yes",
}

ALL = [AS_LITTLE_AS_POSSIBLE, EVERYTHING, IN_FRONT]
