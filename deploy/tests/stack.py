"""template.yaml as CloudFormation would see it: expanded by SAM's own translator, with parameters and conditions applied.

References to resources become marks, `<Name>` for Ref and `<Name.Attribute>` for GetAtt, so that two values are equal
exactly if they lead to the same thing.
"""

import copy
import logging
import os
import re
from pathlib import Path

REGION = "us-east-1"
ACCOUNT = "111122223333"
os.environ["AWS_DEFAULT_REGION"] = REGION  # The translator needs it.
logging.disable(logging.WARNING)  # It is verbose.

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]

PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "the-stack",
    "AWS::URLSuffix": "amazonaws.com",
}
NOTHING = object()
MARK = re.compile(r"<(\w+)(?:\.\w+)?>")


def read_template():
    """The file, as SAM parses it. All uses of an anchor are the same object."""
    return yaml_parse((ROOT / "template.yaml").read_text())


class Stack:
    def __init__(self, template, given):
        self._template, self._given = template, given
        template = copy.deepcopy(template)
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource.setdefault("Properties", {})["CodeUri"] = "s3://bucket/code.zip"
        template.get("Globals", {}).get("Function", {}).pop("CodeUri", None)

        declared = template["Parameters"]
        defaults = {name: about["Default"] for name, about in declared.items() if "Default" in about}
        self.parameters = {**defaults, **given}
        expanded = Translator({}, Parser()).translate(template, dict(self.parameters))

        self._conditions = expanded.get("Conditions", {})
        self.conditions = {name: self._holds(about) for name, about in self._conditions.items()}
        self.rules = {name: self._rule_holds(rule) for name, rule in template.get("Rules", {}).items()}
        self.resources = self._present(expanded["Resources"])
        self.outputs = {name: about["Value"] for name, about in self._present(expanded["Outputs"]).items()}

    def deployed_again(self, **change):
        """The stack after another deployment of the same template, with some parameters changed."""
        return Stack(self._template, {**self._given, **change})

    def of_type(self, kind):
        """Names and properties of the resources of a type."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def _present(self, section):
        holding = (item for item in section.items() if self._is_on(item[1]))
        return {name: self._value(about) for name, about in holding}

    def _is_on(self, about):
        return "Condition" not in about or self.conditions[about["Condition"]]

    def _value(self, node):
        if isinstance(node, list):
            return [value for value in map(self._value, node) if value is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(function, argument)] = node.items()
            if function == "Ref":
                return self._ref(argument)
            if function == "Fn::GetAtt":
                return f"<{argument if isinstance(argument, str) else '.'.join(argument)}>"
            if function == "Fn::Sub":
                return self._sub(argument)
            if function == "Fn::Join":
                separator, parts = argument
                return separator.join(self._value(parts))
            if function == "Fn::If":
                condition, yes, no = argument
                return self._value(yes if self.conditions[condition] else no)
            if function.startswith("Fn::"):
                raise NotImplementedError(function)
        values = {name: self._value(value) for name, value in node.items()}
        return {name: value for name, value in values.items() if value is not NOTHING}

    def _ref(self, name):
        if name == "AWS::NoValue":
            return NOTHING
        known = {**PSEUDO_PARAMETERS, **self.parameters}
        return known.get(name, f"<{name}>")

    def _sub(self, argument):
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def replaced(match):
            name = match[1]
            if name in own:
                return str(self._value(own[name]))
            return f"<{name}>" if "." in name else str(self._ref(name))

        return re.sub(r"\$\{([^}!]+)\}", replaced, text)

    def _rule_holds(self, rule):
        applies = self._holds(rule.get("RuleCondition", True))
        return not applies or all(self._holds(assertion["Assert"]) for assertion in rule["Assertions"])

    def _holds(self, condition):
        if isinstance(condition, bool):
            return condition
        [(function, argument)] = condition.items()
        if function == "Condition":
            return self._holds(self._conditions[argument])
        if function == "Fn::Equals":
            one, other = map(self._value, argument)
            return one == other
        if function == "Fn::Not":
            return not self._holds(argument[0])
        if function == "Fn::And":
            return all(map(self._holds, argument))
        if function == "Fn::Or":
            return any(map(self._holds, argument))
        raise NotImplementedError(function)


def functions(stack):
    """Name of the resource and properties, by the binary it runs."""
    return {
        resource["Metadata"]["BuildProperties"]["Binary"]: (name, resource["Properties"])
        for name, resource in stack.resources.items()
        if resource["Type"] == "AWS::Lambda::Function"
    }


# Functions that are made only where asked for: how the names of their resources begin, and which parameter asks.
OPTIONAL = {
    "token": ("AccessToken", lambda parameters: parameters["TokenFunction"] == "yes"),
    "call": ("Call", lambda parameters: parameters["CallsFile"] != ""),
}


def is_asked_for(stack, binary):
    return binary not in OPTIONAL or OPTIONAL[binary][1](stack.parameters)


def live(stack, function):
    """What callers invoke: the alias of a canary, else the function itself."""
    aliases = stack.of_type("AWS::Lambda::Alias").items()
    of_function = [name for name, properties in aliases if properties["FunctionName"] == f"<{function}>"]
    return f"<{of_function[0]}>" if of_function and stack.conditions["IsCanary"] else f"<{function}.Arn>"


def variables(properties):
    """A function's environment."""
    return properties.get("Environment", {}).get("Variables", {})


def marks(node):
    """The names of all resources that a value refers to."""
    if isinstance(node, dict):
        return {name for value in node.values() for name in marks(value)}
    if isinstance(node, list):
        return {name for value in node for name in marks(value)}
    return set(MARK.findall(node)) if isinstance(node, str) else set()
