"""The path from a request to a function."""

from stack import ACCOUNT, REGION, functions, is_asked_for, live, marks, variables

REST = "ANY /api/oauth/{proxy+}"


def every_route_of_the_code_reaches_its_function(stack, code):
    routed = {path.replace("{*rest}", "{proxy+}"): binary for path, binary in code.router.items()}
    answered = {path: binary for binary, needs in code.needs.items() for path in needs["paths"]}
    if {path: binary for path, binary in routed.items() if "{" not in path} != answered:
        yield f"Cargo.toml routes {routed}, the functions answer {answered}"
    routed = {path: binary for path, binary in routed.items() if is_asked_for(stack, binary)}
    there = {}
    for route in stack.of_type("AWS::ApiGatewayV2::Route").values():
        there[route.get("RouteKey")] = _reached(stack, route)
    for path, binary in routed.items():
        if there.get(f"ANY {path}") != binary:
            yield f"ANY {path} reaches {there.get(f'ANY {path}')}, not {binary}"
    for key in set(there) - {f"ANY {path}" for path in routed}:
        yield f"{key} is routed, but no function answers it"


def _reached(stack, route):
    """The binary behind a route, and only if the API may call it."""
    integrations = stack.of_type("AWS::ApiGatewayV2::Integration")
    integration = integrations.get(str(route.get("Target")).removeprefix("integrations/<").removesuffix(">"), {})
    if (integration.get("ApiId"), route.get("ApiId")) != ("<Api>", "<Api>"):
        return None
    if (integration.get("IntegrationType"), integration.get("PayloadFormatVersion")) != ("AWS_PROXY", "2.0"):
        return None
    target = integration.get("IntegrationUri")
    permissions = stack.of_type("AWS::Lambda::Permission").values()
    if {
        "Action": "lambda:InvokeFunction",
        "FunctionName": target,
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:<Api>/*",
    } not in permissions:
        return None
    aliases = stack.of_type("AWS::Lambda::Alias")
    by_target = {}
    for binary, (name, _) in functions(stack).items():
        by_target[f"<{name}.Arn>"] = binary
        for alias, properties in aliases.items():
            if properties["FunctionName"] == f"<{name}>":
                by_target[f"<{alias}>"] = binary
    return by_target.get(target)


def every_route_is_throttled(stack, code):
    stages = list(stack.resources[name] for name in stack.of_type("AWS::ApiGatewayV2::Stage"))
    if len(stages) != 1:
        yield "there is not exactly one stage"
        return
    [stage] = stages
    properties = stage["Properties"]
    routes = stack.of_type("AWS::ApiGatewayV2::Route")
    keys = {route.get("RouteKey") for route in routes.values()}
    throttled = properties.get("RouteSettings", {})
    for key in set(throttled) - keys:
        yield f"{key} is throttled, but not routed"
    for key in keys - set(throttled) - {REST}:
        yield f"{key} has no throttle"
    for key, throttle in {**throttled, "the others": properties.get("DefaultRouteSettings", {})}.items():
        if not throttle.get("ThrottlingRateLimit") or not throttle.get("ThrottlingBurstLimit"):
            yield f"{key}: without a rate or a burst"
    if set(routes) - set(stage.get("DependsOn", [])) - marks(stage.get("Metadata")):
        yield "the stage may be created before its routes"
    if [properties.get(name) for name in ["ApiId", "StageName", "AutoDeploy"]] != ["<Api>", "$default", True]:
        yield "the stage is not the API's, or not deployed at its root"


def the_address_is_the_same_everywhere(stack, code):
    given = stack.parameters
    host = given["DomainName"] or f"<Api>.execute-api.{REGION}.amazonaws.com"
    origin = given["ApiHostUrl"] or f"https://{host}"
    for binary, (_, properties) in functions(stack).items():
        if variables(properties).get("API_HOST_URL", origin) != origin:
            yield f"{binary} gets another origin"
    expected = {
        "RedirectUri": f"{origin}/api/oauth/authorize",
        "ApiBase": f"{origin}/api/oauth",
        "ConnectSrc": f'"connect-src": ["{origin}/api/oauth/"]',
        "Constants": f'"constants": {{ "API_BASE": "{origin}/api/oauth", "LINK_SCOPE": "{given["LinkScope"]}" }}',
    }
    if given["DomainName"]:
        expected["DomainTarget"] = "<Domain.RegionalDomainName>"
    if given["TokenFunction"] == "yes":
        expected["TokenFunctionArn"] = live(stack, "AccessTokenFunction")
        expected["InvokeTokenPolicy"] = "<InvokeToken>"
    if stack.outputs != expected:
        yield f"outputs: {stack.outputs}"


def the_domain_is_the_only_way_in(stack, code):
    wanted = bool(stack.parameters["DomainName"])
    for api in stack.of_type("AWS::ApiGatewayV2::Api").values():
        if api.get("DisableExecuteApiEndpoint") != wanted:
            yield "AWS's own address is open although there is a domain, or closed without one"
    domains = list(stack.of_type("AWS::ApiGatewayV2::DomainName").values())
    mappings = list(stack.of_type("AWS::ApiGatewayV2::ApiMapping").values())
    named = [(it.get("DomainName"), it["DomainNameConfigurations"][0].get("CertificateArn")) for it in domains]
    if named != ([(stack.parameters["DomainName"], stack.parameters["CertificateArn"])] if wanted else []):
        yield f"domains: {named}"
    if mappings != ([{"ApiId": "<Api>", "DomainName": "<Domain>", "Stage": "<Stage>"}] if wanted else []):
        yield f"mappings: {mappings}"


def the_gateway_alone_owns_cors(stack, code):
    for api in stack.of_type("AWS::ApiGatewayV2::Api").values():
        cors = api.get("CorsConfiguration", {})
        headers = {"content-type", "stripe-signature", "stripe-user-id", "stripe-account-id"}
        if cors.get("AllowOrigins") != ["*"] or cors.get("AllowCredentials"):
            yield f"CORS: {cors}"
        if set(cors.get("AllowMethods", [])) != {"GET", "POST"} or set(cors.get("AllowHeaders", [])) != headers:
            yield f"CORS: {cors}"
