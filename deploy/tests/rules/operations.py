"""What can be observed of the functions while they run, and how new ones take over."""

import re

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from stack import REGION, functions, marks, variables

SUM = {"Id": "all", "Expression": "SUM(METRICS())"}
# These belong to the function as a whole and are not part of a version.
NOT_VERSIONED = {"RecursiveLoop", "ReservedConcurrentExecutions", "Tags"}


def every_log_ends_and_tells_no_query(stack, code):
    logs = stack.of_type("AWS::Logs::LogGroup")
    days = stack.parameters["LogRetentionInDays"]
    for name, log in logs.items():
        if log.get("RetentionInDays") != days:
            yield f"{name} is not kept for {days} days"
    used = [properties.get("LoggingConfig", {}) for _, properties in functions(stack).values()]
    groups = [logging.get("LogGroup") for logging in used]
    if len(set(groups)) < len(groups) or not all(marks(group) & set(logs) for group in groups):
        yield "a function does not have its own log group"
    if any((logging.get("LogFormat"), logging.get("ApplicationLogLevel")) != ("JSON", "TRACE") for logging in used):
        yield "a function's log is not JSON, or is filtered by something other than LOG_LEVEL"
    for stage in stack.of_type("AWS::ApiGatewayV2::Stage").values():
        access = stage.get("AccessLogSettings", {})
        if not marks(access.get("DestinationArn")) & set(logs):
            yield "there is no access log"
        told = set(re.findall(r"\$context\.(\w+)", access.get("Format", "")))
        harmless = {"requestId", "routeKey", "status", "responseLatency", "integrationErrorMessage"}
        if not told or told - harmless:
            yield f"the access log contains {told}"


def every_function_is_traced_and_runs_on_the_architecture(stack, code):
    for binary, (_, properties) in functions(stack).items():
        if properties.get("TracingConfig") != {"Mode": "Active"}:
            yield f"{binary} is not traced"
        if properties.get("Architectures") != [stack.parameters["Architecture"]]:
            yield f"{binary} runs on {properties.get('Architectures')}"
        if properties.get("MemorySize") != stack.parameters["MemorySize"]:
            yield f"{binary} has a different memory size"


def every_alarm_watches_what_is_there_and_is_told(stack, code):
    alarms = stack.of_type("AWS::CloudWatch::Alarm")
    topic = stack.parameters["AlarmTopicArn"]
    watched = set()
    for name, alarm in alarms.items():
        summed = [entry["MetricStat"]["Metric"] for entry in alarm.get("Metrics", []) if "MetricStat" in entry]
        if summed and [entry for entry in alarm["Metrics"] if entry.get("ReturnData", True)] != [SUM]:
            yield f"{name} does not watch the sum"
        for metric in [alarm, *summed]:
            for dimension in metric.get("Dimensions", []):
                watched.add((metric.get("Namespace"), metric.get("MetricName"), dimension["Value"]))
        if alarm.get("AlarmActions", []) != ([topic] if topic else []):
            yield f"{name} notifies {alarm.get('AlarmActions')}"
        if alarm.get("TreatMissingData") != "notBreaching":
            yield f"{name} goes off if there are no requests"
    spaces = {variables(properties).get("METRICS_NAMESPACE") for _, properties in functions(stack).values()}
    names = [name for name, _ in functions(stack).values()]
    expected = {("AWS/ApiGateway", metric, "<Api>") for metric in ["5xx", "Latency"]}
    expected |= {("AWS/Lambda", metric, f"<{name}>") for metric in ["Errors", "Throttles"] for name in names}
    expected |= {(space, "requests", code) for space in spaces for code in ["client_misconfigured", "rate_limited"]}
    if watched != expected:
        yield f"alarms: {sorted(map(str, watched ^ expected))} too many or too few"


def every_canary_is_watched_by_all_alarms(stack, code):
    canary = stack.conditions["IsCanary"]
    kind = "Canary10Percent5Minutes" if canary else "AllAtOnce"
    groups = stack.of_type("AWS::CodeDeploy::DeploymentGroup")
    alarms = {f"<{name}>" for name in stack.of_type("AWS::CloudWatch::Alarm")}
    aliases = [stack.resources[name] for name in stack.of_type("AWS::Lambda::Alias")]
    updated = {
        alias.get("UpdatePolicy", {}).get("CodeDeployLambdaAliasUpdate", {}).get("DeploymentGroupName")
        for alias in aliases
    }
    if len(aliases) != len(functions(stack)) or updated != {f"<{name}>" for name in groups}:
        yield "an alias is not updated by CodeDeploy"
    for name, group in groups.items():
        configuration = group.get("AlarmConfiguration", {})
        if {alarm["Name"] for alarm in configuration.get("Alarms", [])} != alarms or not configuration.get("Enabled"):
            yield f"{name} is not watched by every alarm"
        if group.get("DeploymentConfigName") != f"CodeDeployDefault.Lambda{kind}":
            yield f"{name} deploys by {group.get('DeploymentConfigName')}"
    for name, integration in stack.of_type("AWS::ApiGatewayV2::Integration").items():
        target = marks(integration.get("IntegrationUri"))
        if canary != bool(target & set(stack.of_type("AWS::Lambda::Alias"))):
            yield f"{name} leads to {target}"


def every_release_publishes_a_version_of_every_function(stack, code):
    """Two deployments that differ in nothing but the Release. That takes two things: CloudFormation must make a new
    version resource, and Lambda must find that the function has changed, or it refuses to publish another version."""
    again = stack.deployed_again(Release=f"not-{stack.parameters['Release']}")
    for binary in functions(stack):
        if _versioned(stack, binary) == _versioned(again, binary):
            yield f"{binary} is the same function when the Release changes: Lambda publishes no version"
        if _version_resource(stack, binary) == _version_resource(again, binary):
            yield f"{binary} keeps its version resource when the Release changes"


def _versioned(stack, binary):
    """What Lambda compares when it is asked to publish a version."""
    (_, properties) = functions(stack)[binary]
    return {name: value for name, value in properties.items() if name not in NOT_VERSIONED}


def _version_resource(stack, binary):
    """How CloudFormation identifies a function's version resource: with another name, or another value of a create-only
    property, it is another resource."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, "AWS::Lambda::Version").schema
    create_only = {pointer.removeprefix("/properties/") for pointer in schema["createOnlyProperties"]}
    (function, _) = functions(stack)[binary]
    return {
        name: {key: value for key, value in version.items() if key in create_only}
        for name, version in stack.of_type("AWS::Lambda::Version").items()
        if version["FunctionName"] == f"<{function}>"
    }


def every_reference_leads_somewhere(stack, code):
    for name, resource in stack.resources.items():
        for missing in marks(resource) - set(stack.resources):
            yield f"{name} refers to {missing}, which does not exist"
