"""The template matches the code."""

import unittest

import scenarios
from needs import read_code
from rules import findings
from stack import Stack, read_template


class Template(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.code = read_code()
        cls.template = read_template()
        cls.stacks = [Stack(cls.template, scenario) for scenario in scenarios.ALL]

    def test_nothing_is_wrong_in_any_scenario(self):
        for stack in self.stacks:
            self.assertEqual(findings(stack, self.code), [])

    def test_the_scenarios_turn_every_condition_on_and_off(self):
        for name in self.stacks[0].conditions:
            self.assertEqual({stack.conditions[name] for stack in self.stacks}, {True, False}, name)

    def test_everything_sets_every_parameter_but_those_that_exclude_another(self):
        left_out = set(self.template["Parameters"]) - set(scenarios.EVERYTHING)
        self.assertEqual(left_out, {"StripeRedirectUrl", "ApiHostUrl", "LinkScope", "LinkRoles"})
        texts = [value for value in scenarios.EVERYTHING.values() if value != "yes"]
        self.assertEqual(len(texts), len(set(texts)), "a value used for two parameters proves nothing")

    def test_rules_refuse_parameters_that_do_not_go_together(self):
        good = scenarios.AS_LITTLE_AS_POSSIBLE
        self.assertTrue(all(all(stack.rules.values()) for stack in self.stacks))
        for rule, change in [
            ("WhereTheBrowserGoesBackTo", {"StripeAppId": ""}),
            ("WhereTheBrowserGoesBackTo", {"StripeRedirectUrl": "https://example.com"}),
            ("DomainWithCertificate", {"DomainName": "api.example.com"}),
            ("CanaryWithRelease", {"DeploymentType": "Canary10Percent5Minutes"}),
        ]:
            broken = [name for name, holds in Stack(self.template, good | change).rules.items() if not holds]
            self.assertEqual(broken, [rule], change)

    def test_every_preset_can_be_chosen(self):
        values = self.template["Parameters"]["Provider"]["AllowedValues"]
        self.assertEqual(values, ["custom", *sorted(self.code.presets)])

    def test_every_parameter_is_described_bounded_labelled_and_in_one_group(self):
        interface = self.template["Metadata"]["AWS::CloudFormation::Interface"]
        grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
        self.assertEqual(sorted(grouped), sorted(self.template["Parameters"]))
        self.assertEqual(sorted(interface["ParameterLabels"]), sorted(self.template["Parameters"]))
        for name, about in self.template["Parameters"].items():
            self.assertTrue(about.get("Description"), name)
            self.assertTrue({"AllowedPattern", "AllowedValues", "MinValue"} & set(about), name)
