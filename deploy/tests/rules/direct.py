"""The function without a route: who may invoke it, and what becomes of its answers."""

from stack import functions, live, marks

TOKEN = "AccessTokenFunction"


def only_the_managed_policy_lets_anyone_invoke_token(stack, code):
    policies = list(stack.of_type("AWS::IAM::ManagedPolicy").values())
    granted = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": live(stack, TOKEN)}
    if granted != ([allowed] if TOKEN in stack.resources else []):
        yield f"managed policies allow {granted}"
    if any({"Users", "Groups", "Roles"} & set(policy) for policy in policies):
        yield "a managed policy is attached from the start"
    for kind in ["Permission", "ResourcePolicy", "Url", "EventSourceMapping"]:
        for name, properties in stack.of_type(f"AWS::Lambda::{kind}").items():
            if any(target.startswith(TOKEN) for target in marks(properties)):
                yield f"{name} is another way to invoke token"


def no_answer_of_token_is_kept_and_no_event_comes_twice(stack, code):
    configs = list(stack.of_type("AWS::Lambda::EventInvokeConfig").values())
    if any(config.get("DestinationConfig") for config in configs):
        yield "answers are sent to a destination"
    if any("DeadLetterConfig" in properties for _, properties in functions(stack).values()):
        yield "events that failed are kept"
    once = {
        config.get("Qualifier")
        for config in configs
        if config.get("FunctionName") == f"<{TOKEN}>" and config.get("MaximumRetryAttempts") == 0
    }
    if once != ({"live", "$LATEST"} if TOKEN in stack.resources else set()):
        yield f"an event of token is tried once only by {sorted(once)}"
