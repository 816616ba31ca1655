"""What each function's role allows."""

from stack import ACCOUNT, REGION, functions, variables


def every_role_allows_one_function_just_its_own(stack, code):
    roles = stack.of_type("AWS::IAM::Role")
    used = [properties.get("Role") for _, properties in functions(stack).values()]
    if len(set(used)) < len(used):
        yield "two functions share a role"
    for binary, (_, properties) in functions(stack).items():
        role = roles.get(str(properties.get("Role")).removeprefix("<").removesuffix(".Arn>"))
        if role is None:
            yield f"{binary} does not have its own role"
            continue
        # Without a configured key, it is any key of the account: the condition limits what it may decrypt.
        key = stack.parameters["KmsKeyArn"] or f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"
        for problem in _problems(role, properties, key):
            yield f"{binary}: {problem}"


def _problems(role, properties, key):
    if role.get("ManagedPolicyArns"):
        yield "the role has managed policies"
    trusted = [statement.get("Principal") for statement in role["AssumeRolePolicyDocument"]["Statement"]]
    if trusted != [{"Service": "lambda.amazonaws.com"}]:
        yield "the role is not only for Lambda"

    named = {value for name, value in variables(properties).items() if name.endswith("_PARAMETER") and value}
    secrets = sorted(f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}" for name in named)
    log = properties.get("LoggingConfig", {}).get("LogGroup", "<none>")
    by_ssm = {"kms:ViaService": f"ssm.{REGION}.amazonaws.com", "kms:EncryptionContext:PARAMETER_ARN": secrets}
    allowed = {
        "ssm:GetParameters": (secrets, {}),
        "kms:Decrypt": ([key], {"StringEquals": by_ssm}),
        "logs:CreateLogStream": ([f"{log[:-1]}.Arn>"], {}),
        "logs:PutLogEvents": ([f"{log[:-1]}.Arn>"], {}),
        "xray:PutTraceSegments": (["*"], {}),
        "xray:PutTelemetryRecords": (["*"], {}),
    }
    granted = []
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement.get("Effect") != "Allow":
                yield "a statement does not allow"
            for action in _listed(statement.get("Action")):
                granted.append(action)
                if action not in allowed:
                    yield f"{action} is allowed"
                    continue
                resources, condition = allowed[action]
                if sorted(_listed(statement.get("Resource"))) != resources:
                    yield f"{action} on {statement.get('Resource')}, not on {resources}"
                if _ordered(statement.get("Condition", {})) != condition:
                    yield f"{action} under {statement.get('Condition')}, not under {condition}"
    if sorted(granted) != sorted(allowed):
        yield f"allowed: {sorted(granted)}, not {sorted(allowed)}"


def _listed(value):
    return value if isinstance(value, list) else [value]


def _ordered(value):
    """Lists of a policy's condition have no order."""
    if isinstance(value, dict):
        return {name: _ordered(inner) for name, inner in value.items()}
    return sorted(value) if isinstance(value, list) else value
