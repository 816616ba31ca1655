"""What the code needs from the template, as reported by the code itself."""

import json
import os
import subprocess
import tomllib
from dataclasses import dataclass

from stack import ROOT


@dataclass
class Code:
    needs: dict  # By function: paths, settings, secrets.
    example: dict  # The same of examples/profile, which the template leaves out.
    router: dict  # Path to function, as cargo lambda watch has it.
    presets: set  # Names of the providers.


def read_code():
    binaries = os.environ.get("BINARIES")
    sandbox = [f"{binaries}/sandbox"] if binaries else ["cargo", "run", "--quiet", "--bin", "sandbox", "--"]
    command = [*sandbox, "settings"]
    needs = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())
    return Code(
        needs,
        needs.pop("profile"),
        manifest["workspace"]["metadata"]["lambda"]["watch"]["router"],
        {file.stem for file in (ROOT / "providers").glob("*.json")},
    )
