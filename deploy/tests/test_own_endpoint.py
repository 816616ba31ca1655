"""The pieces that docs/your-own-endpoint.md adds to the template are all it takes."""

import dataclasses
import re
import tomllib
import unittest

import scenarios
from needs import read_code
from rules import findings
from samtranslator.yaml_helper import yaml_parse
from stack import ROOT, Stack
from yaml import YAMLError

PAGE = (ROOT / "docs/your-own-endpoint.md").read_text()
TEMPLATE = (ROOT / "template.yaml").read_text()
PIECES = re.findall(r"^```yaml into=(\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


class OwnEndpoint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        code = read_code()
        [route] = re.findall(r'`("/api/oauth/\w+" = "\w+")`', PAGE)
        cls.code = dataclasses.replace(
            code, needs={**code.needs, "profile": code.example}, router={**code.router, **tomllib.loads(route)}
        )

    def findings(self, pieces, scenario):
        template = TEMPLATE
        for place, piece in pieces:
            template = paste(template, place.split("."), piece)
        return findings(Stack(yaml_parse(template), scenario), self.code)

    def test_with_all_pieces_nothing_is_wrong_in_any_scenario(self):
        for scenario in scenarios.ALL:
            self.assertEqual(self.findings(PIECES, scenario), [])

    def test_no_piece_is_left_over(self):
        self.assertEqual(len(PIECES), 5)
        for left_out in PIECES:
            with self.subTest(left_out[0]):
                try:
                    found = self.findings([piece for piece in PIECES if piece is not left_out], scenarios.EVERYTHING)
                except (YAMLError, KeyError):
                    continue  # Another piece refers to it.
                self.assertTrue(found)

    def test_what_is_pasted_stands_at_the_end_of_its_place(self):
        text = "a:\n  b:\n    - x\n\n  # of c\n  c: 1\n"
        self.assertEqual(paste(text, ["a", "b"], "    - y\n"), "a:\n  b:\n    - x\n    - y\n\n  # of c\n  c: 1\n")


def paste(text, place, piece):
    """The text with a piece pasted at the end of the place that a path of keys leads to, as a person would do."""
    lines = text.splitlines(keepends=True)
    first, last = 0, len(lines)
    for key in place:
        first = next(index for index in range(first, last) if lines[index].lstrip().startswith(f"{key}:")) + 1
        depth = indentation(lines[first - 1])
        said = (index for index in range(first, last) if lines[index].strip() and lines[index].lstrip()[0] != "#")
        last = next((index for index in said if indentation(lines[index]) <= depth), last)
    while not lines[last - 1].strip() or lines[last - 1].lstrip()[0] == "#":
        last -= 1
    return "".join([*lines[:last], piece, *lines[last:]])


def indentation(line):
    return len(line) - len(line.lstrip())
