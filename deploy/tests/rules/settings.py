"""The settings that the code reads, and those that the template sets."""

import re

from stack import OPTIONAL, functions, is_asked_for, variables

# For local work and tests; on AWS, the defaults are right.
NOT_IN_THE_TEMPLATE = {"STRIPE_API_BASE", "STRIPE_DASHBOARD_BASE", "SSL_CERT_FILE"}
# For Lambda, which publishes no version of a function that has not changed.
NOT_READ = {"RELEASE"}
# These do not have a parameter of the same name.
DERIVED = {"API_HOST_URL", "METRICS_NAMESPACE", "STRIPE_MODES"}


def every_setting_that_the_code_reads_is_set_and_no_other(stack, code):
    there = functions(stack)
    wanted = {binary: needs for binary, needs in code.needs.items() if is_asked_for(stack, binary)}
    if set(there) != set(wanted):
        yield f"functions: {sorted(there)} in the template, {sorted(wanted)} in the code"
    for binary, needs in wanted.items():
        _, properties = there.get(binary, (None, {}))
        is_set = set(variables(properties))
        is_read = set(needs["settings"]) | {f"{secret}_PARAMETER" for secret in needs["secrets"]}
        for name in sorted(is_read - is_set - NOT_IN_THE_TEMPLATE):
            yield f"{binary} reads {name}, which is not set"
        for name in sorted(is_set - is_read - NOT_READ):
            yield f"{binary} does not read {name}, which is set"


def nothing_is_there_for_a_function_that_nobody_asked_for(stack, code):
    for binary, (prefix, _) in OPTIONAL.items():
        left = [name for name in stack.resources if name.startswith(prefix)]
        if left and not is_asked_for(stack, binary):
            yield f"{left}, without {binary}"


def every_setting_has_the_value_of_its_parameter(stack, code):
    for binary, (_, properties) in functions(stack).items():
        for name, value in variables(properties).items():
            if secret := re.fullmatch("(.*)_PARAMETER", name):
                expected = f"{stack.parameters['SecretsPath']}/{secret[1]}"
                # Some of the API keys may not exist.
                if value != expected and not (value == "" and secret[1].startswith("STRIPE_API_KEY")):
                    yield f"{binary}: {name} is {value}"
            elif name not in DERIVED:
                parameter = "".join(word.capitalize() for word in name.split("_"))
                # An endpoint of your own may have settings without a parameter.
                if value != stack.parameters.get(parameter, value):
                    yield f"{binary}: {name} is not the parameter {parameter}"


def every_api_key_that_is_said_to_be_there_is_used(stack, code):
    for parameter, value in stack.parameters.items():
        if parameter.startswith("StripeApiKey"):
            name = re.sub("(?<=[a-z])(?=[A-Z])", "_", parameter).upper() + "_PARAMETER"
            for binary, (_, properties) in functions(stack).items():
                if name in variables(properties) and (variables(properties)[name] != "") != (value != "no"):
                    yield f"{binary}: {name} does not follow {parameter}={value}"


def stripe_modes_says_what_the_api_keys_are_for(stack, code):
    there = [mode for mode in ["live", "test", "sandbox"] if stack.parameters[f"StripeApiKey{mode.title()}"] == "yes"]
    if stack.parameters["StripeApiKey"] != "no":
        there += ["default", stack.parameters["StripeApiKey"]]
    for binary, (_, properties) in functions(stack).items():
        told = variables(properties).get("STRIPE_MODES", "")
        if sorted(told.split(",")) != sorted(there):
            yield f"{binary}: STRIPE_MODES is {told}, not {there}"
