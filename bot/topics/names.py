"""Whether a name is somebody's. Pure; names are parts without case and accents, as `prepared` has them."""

from __future__ import annotations

_FAMILY_PARTICLES = "al bin da de del della den der di dos du el la le ten ter van von zu"
_PARTICLES = frozenset(_FAMILY_PARTICLES.split())


def is_named(name: tuple[str, ...], asked: tuple[str, ...], *, whole: bool, prefix: bool = False) -> bool:
    """Whether `asked` is adjacent parts of `name` (`prefix`: the last may go on), or the `whole` of it in either order.

    The whole may leave out middle names and shorten given ones to their initial: Andrew Yao and A. Yao, but not Yao
    Chi, are Andrew Chi-Chih Yao; Wei Ping is not Wei-Ping Li. A family name may come alone with its particle: van der
    Maaten.
    """
    if not whole or len(asked) == 1:
        return _is_part(asked, name, prefix=prefix)
    if sorted(asked) == sorted(name):
        return True
    if asked[0] in _PARTICLES and name[-len(asked) :] == asked:
        return True
    return len(name) >= len(asked) and any(_is_short_for(one, name) for one in (asked, (*asked[1:], asked[0])))


def _is_part(asked: tuple[str, ...], name: tuple[str, ...], *, prefix: bool) -> bool:
    for start in range(len(name) - len(asked) + 1):
        found = name[start : start + len(asked)]
        if found == asked or (prefix and found[:-1] == asked[:-1] and found[-1].startswith(asked[-1])):
            return True
    return False


def _is_short_for(asked: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """`asked`, given names first, is `name`: the family name in full, given ones in order, in full or as initials."""
    *given, family = asked
    if family != name[-1] or not _stands_for(given[0], name[0]):
        return False
    middle = iter(name[1:-1])
    return all(any(_stands_for(one, other) for other in middle) for one in given[1:])


def _stands_for(asked: str, name: str) -> bool:
    return asked == name or (len(asked) == 1 and name.startswith(asked))
