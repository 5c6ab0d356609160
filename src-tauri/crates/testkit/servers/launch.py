"""Run a server's `module:function` and end with the process that started it.

The test process holds the other end of our standard input. However it dies, even
by `kill -9`, that end closes, and nothing is left running. With `--detached` the
server outlives its starter, for playing by hand.

    python launch.py [--detached] module:function ARGUMENT...
"""

import importlib
import os
import sys
import threading


def end_with_the_starter():
    # Raw reads: the buffered reader's lock would block the interpreter's exit.
    while os.read(0, 4096):
        pass
    os._exit(0)


def main():
    arguments = sys.argv[1:]
    if arguments[0] == "--detached":
        arguments = arguments[1:]
    else:
        threading.Thread(target=end_with_the_starter, daemon=True).start()
    module, function = arguments[0].split(":")
    sys.argv = arguments
    return getattr(importlib.import_module(module), function)()


if __name__ == "__main__":
    sys.exit(main())
