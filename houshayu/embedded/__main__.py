"""python -m houshayu.embedded run | stop | reset"""

import sys

from houshayu.embedded.processes import Trouble
from houshayu.embedded.supervisor import reset, run, stop


def main() -> int:
    command = {"run": run, "stop": stop, "reset": reset}.get(" ".join(sys.argv[1:]))
    if command is None:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return command()
    except Trouble as problem:
        print(f"houshayu: {problem}", file=sys.stderr)
    except OSError as error:
        print(f"houshayu: {error.filename or 'system'}: {error.strerror}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
