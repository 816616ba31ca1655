"""The rules work: whatever is removed from the template, or slipped in, one of them finds it."""

import copy
import json
import unittest

import scenarios
from needs import read_code
from rules import findings
from samtranslator.model.exceptions import InvalidDocumentException
from stack import Stack, read_template


class Mutations(unittest.TestCase):
    # Nearly everything is found in the first.
    deployments = [scenarios.EVERYTHING, scenarios.AS_LITTLE_AS_POSSIBLE]

    @classmethod
    def setUpClass(cls):
        cls.code = read_code()
        # Through JSON, so that something that shared an anchor can be changed in one place.
        cls.template = json.loads(json.dumps(read_template()))

    def test_nothing_changed_nothing_found(self):
        self.assertEqual(findings(Stack(self.template, scenarios.EVERYTHING), self.code), [])

    def assert_found(self, what, mutate):
        template = copy.deepcopy(self.template)
        mutate(template)
        self.assertNotEqual(template, self.template, what)
        with self.subTest(what):
            self.assertTrue(
                any(self.is_found(template, scenario) for scenario in self.deployments), f"nobody misses {what}"
            )

    def is_found(self, template, scenario):
        try:
            stack = Stack(template, scenario)
        except (InvalidDocumentException, KeyError):
            return True  # SAM refuses it, or a condition is not there.
        return bool(findings(stack, self.code))

    def assert_all_found(self, place, at_least):
        """Each entry of an object or a list of the template, removed on its own."""
        entries = look_up(self.template, place)
        keys = list(entries) if isinstance(entries, dict) else range(len(entries))
        self.assertGreaterEqual(len(keys), at_least, place)
        for key in keys:
            self.assert_found(f"{'.'.join(map(str, place))}.{key}", lambda template: look_up(template, place).pop(key))

    def names(self, kind):
        return [name for name, resource in self.template["Resources"].items() if resource["Type"] == kind]

    def test_every_setting_is_missed(self):
        self.assert_all_found(["Globals", "Function", "Environment", "Variables"], 9)
        modes = ["Globals", "Function", "Environment", "Variables", "STRIPE_MODES", "Fn::Join", 1]
        self.assert_all_found(modes, 4)
        for name in self.names("AWS::Serverless::Function"):
            self.assert_all_found(["Resources", name, "Properties", "Environment", "Variables"], 5)

    def test_every_resource_is_missed(self):
        self.assert_all_found(["Resources"], 43)

    def test_every_statement_every_parameter_and_every_condition_of_a_policy_is_missed(self):
        for name in self.names("AWS::IAM::Role"):
            statements = ["Resources", name, "Properties", "Policies", 0, "PolicyDocument", "Statement"]
            self.assert_all_found(statements, 4)
            for index, statement in enumerate(look_up(self.template, statements)):
                place = [*statements, index]
                if isinstance(statement["Action"], list):
                    self.assert_all_found([*place, "Action"], 2)
                if statement["Action"] == "ssm:GetParameters":
                    self.assert_all_found([*place, "Resource"], 2)
                if statement["Action"] == "kms:Decrypt":
                    self.assert_all_found([*place, "Condition", "StringEquals"], 2)
                    parameters = [*place, "Condition", "StringEquals", "kms:EncryptionContext:PARAMETER_ARN"]
                    self.assert_all_found(parameters, 2)

    def test_every_property_of_what_connects_them_is_missed(self):
        for kind, at_least in [
            ("AWS::ApiGatewayV2::Route", 7),
            ("AWS::ApiGatewayV2::Integration", 5),
            ("AWS::Lambda::Permission", 5),
            ("AWS::Logs::LogGroup", 7),
        ]:
            self.assertGreaterEqual(len(self.names(kind)), at_least)
            for name in self.names(kind):
                for key in look_up(self.template, ["Resources", name, "Properties"]):
                    if key != "LogGroupName":
                        place = ["Resources", name, "Properties"]
                        self.assert_found(f"{name}.{key}", lambda template: look_up(template, place).pop(key))
        stage = ["Resources", "Stage"]
        self.assert_all_found([*stage, "DependsOn"], 6)
        self.assert_all_found([*stage, "Metadata"], 1)
        self.assert_all_found([*stage, "Properties"], 6)
        self.assert_all_found([*stage, "Properties", "RouteSettings"], 6)
        self.assert_all_found(["Resources", "Api", "Properties", "CorsConfiguration", "AllowHeaders"], 4)

    def test_everything_that_watches_is_missed(self):
        self.assert_all_found(["Globals", "Function", "DeploymentPreference"], 2)
        self.assert_all_found(["Globals", "Function", "DeploymentPreference", "Alarms"], 7)
        self.assert_all_found(["Globals", "Function", "LoggingConfig"], 1)
        for name in ["FunctionErrorAlarm", "ThrottleAlarm"]:
            self.assert_all_found(["Resources", name, "Properties", "Metrics"], 7)
        self.assert_all_found(["Outputs"], 5)

    def test_what_is_of_a_function_but_there_without_it_is_found(self):
        for condition, count in [("HasTokenFunction", 5), ("HasCalls", 6)]:
            of_function = [name for name, it in self.template["Resources"].items() if it.get("Condition") == condition]
            self.assertEqual(len(of_function), count, condition)
            for name in of_function:
                template = copy.deepcopy(self.template)
                del template["Resources"][name]["Condition"]
                with self.subTest(name):
                    self.assertTrue(self.is_found(template, scenarios.AS_LITTLE_AS_POSSIBLE))

    def test_what_is_slipped_in_is_found(self):
        def properties(template, name):
            return template["Resources"][name]["Properties"]

        def statements(template):
            return properties(template, "LoginRole")["Policies"][0]["PolicyDocument"]["Statement"]

        def widen(template):
            [read] = [it for it in statements(template) if it["Action"] == "ssm:GetParameters"]
            read["Resource"] = [{"Fn::Sub": "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/*"}]

        def swap(template):
            variables = properties(template, "AuthorizeFunction")["Environment"]["Variables"]
            variables["THIRD_PARTY_TOKEN_URL"] = {"Ref": "ThirdPartyRevokeUrl"}

        def tag(template):
            del template["Globals"]["Function"]["Environment"]["Variables"]["RELEASE"]
            template["Globals"]["Function"]["Tags"] = {"release": {"Ref": "Release"}}

        def add(template, name, kind, **about):
            template["Resources"][name] = {"Type": kind, "Condition": "HasTokenFunction", "Properties": about}

        def invoke(template):
            return properties(template, "InvokeToken")["PolicyDocument"]["Statement"]

        token = {"Fn::GetAtt": ["AccessTokenFunction", "Arn"]}
        for what, mutate in {
            "the app's secret for token": lambda template: properties(template, "AccessTokenFunction")["Environment"][
                "Variables"
            ].update(STRIPE_APP_SECRET_PARAMETER={"Fn::Sub": "${SecretsPath}/STRIPE_APP_SECRET"}),
            "a service that may invoke token": lambda template: add(
                template,
                "Scheduled",
                "AWS::Lambda::Permission",
                Action="lambda:InvokeFunction",
                FunctionName=token,
                Principal="events.amazonaws.com",
            ),
            "token at an address": lambda template: add(
                template, "Address", "AWS::Lambda::Url", AuthType="AWS_IAM", TargetFunctionArn=token
            ),
            "a policy for every function": lambda template: invoke(template)[0].update(Resource="*"),
            "a policy for more than to invoke": lambda template: invoke(template)[0].update(Action="lambda:*"),
            "one more statement for callers": lambda template: invoke(template).append(
                {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": "*"}
            ),
            "a caller from the start": lambda template: properties(template, "InvokeToken").update(Roles=["admin"]),
            "tokens at a destination": lambda template: properties(template, "AccessTokenOnce").update(
                DestinationConfig={"OnSuccess": {"Destination": "arn:aws:sqs:us-east-1:111122223333:queue"}}
            ),
            "tokens of the alias at a destination": lambda template: properties(template, "AccessTokenFunction")[
                "EventInvokeConfig"
            ].update(DestinationConfig={"OnSuccess": {"Type": "SQS", "Destination": "arn:aws:sqs:us-east-1:1:queue"}}),
            "events of token that are kept": lambda template: properties(template, "AccessTokenFunction").update(
                DeadLetterQueue={"Type": "SQS", "TargetArn": "arn:aws:sqs:us-east-1:111122223333:queue"}
            ),
            "a second attempt": lambda template: properties(template, "AccessTokenOnce").update(MaximumRetryAttempts=1),
            "a second attempt of the alias": lambda template: properties(template, "AccessTokenFunction")[
                "EventInvokeConfig"
            ].update(MaximumRetryAttempts=2),
            "the release in tags, which are not part of a version": tag,
            "a different release for one function": lambda template: properties(template, "LogoutFunction")[
                "Environment"
            ]["Variables"].update(RELEASE="1"),
            "a version that does not change": lambda template: properties(template, "UserinfoFunction").pop("VersionDescription"),
            "a setting that nobody reads": lambda template: properties(template, "LoginFunction")["Environment"][
                "Variables"
            ].update(USERINFO="full"),
            "one setting's value in another": swap,
            "one more action": lambda template: statements(template).append(
                {"Effect": "Allow", "Action": "ssm:GetParametersByPath", "Resource": "*"}
            ),
            "a whole subtree": widen,
            "a managed policy": lambda template: properties(template, "LoginRole").update(
                ManagedPolicyArns=["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
            ),
            "another function's role": lambda template: properties(template, "LoginFunction").update(
                Role={"Fn::GetAtt": ["LogoutRole", "Arn"]}
            ),
            "another function behind a route": lambda template: properties(template, "LogoutRoute").update(
                Target={"Fn::Sub": "integrations/${LoginIntegration}"}
            ),
            "a route that nobody answers": lambda template: properties(template, "LogoutRoute").update(
                RouteKey="ANY /api/oauth/signout"
            ),
            "the query in the access log": lambda template: properties(template, "Stage")["AccessLogSettings"].update(
                Format="$context.path"
            ),
        }.items():
            self.assert_found(what, mutate)


def look_up(node, place):
    for key in place:
        node = node[key]
    return node
