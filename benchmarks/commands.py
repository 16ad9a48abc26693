"""Runs several `flask --app service …` commands in one process: python -m benchmarks.commands < commands.json

Standard input is a JSON list of lists of arguments; the output of each comes as a JSON list of texts.
"""

from __future__ import annotations

import json
import sys

from service import create_app


def main() -> int:
    """The exit status of the first command that fails, else 0."""
    app = create_app()
    printed = []
    for arguments in json.load(sys.stdin):
        done = app.test_cli_runner().invoke(args=arguments)
        if done.exit_code != 0:
            sys.stderr.write(f"{' '.join(arguments)}: {done.output}{done.exception or ''}\n")
            return done.exit_code
        printed.append(done.stdout)
    print(json.dumps(printed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
