"""The launcher behind `make run` and the container.

python -m service.cli.serve [--reload]
"""

from __future__ import annotations

import sys

from service.cli.template import Template


def main(arguments: list[str]) -> int:
    """Serves until it is told to end; returns the exit status."""
    reload = "--reload" in arguments
    template = Template(reload=reload)
    template.prepare()  # imports from now on, while this process does the rest
    from service.cli.launch import launch

    return launch(template, reload=reload)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
