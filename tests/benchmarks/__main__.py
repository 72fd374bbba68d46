"""`make bench`: every benchmark in turn, or those named on the command line. Prints; asserts nothing."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import tests.benchmarks


def main() -> None:
    """Run `bench_*` modules; each has a `main()` that prints ours beside what it is compared with."""
    known = [m.name for m in pkgutil.iter_modules(tests.benchmarks.__path__) if m.name.startswith("bench_")]
    asked = [name if name.startswith("bench_") else f"bench_{name}" for name in sys.argv[1:]] or known
    unknown = sorted(set(asked) - set(known))
    if unknown:
        sys.exit(f"No benchmark called {', '.join(unknown)}. There are: {', '.join(known)}")
    for name in asked:
        print(f"\n== {name.removeprefix('bench_')}", flush=True)
        importlib.import_module(f"tests.benchmarks.{name}").main()


if __name__ == "__main__":
    main()
