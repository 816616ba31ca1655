"""What must hold between the template and the code: one public function per rule. It yields what is wrong."""

import inspect

from . import direct, operations, policies, routes, settings

RULES = [
    function
    for module in [settings, policies, routes, direct, operations]
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]


def findings(stack, code):
    return [f"{rule.__name__}: {problem}" for rule in RULES for problem in rule(stack, code)]
