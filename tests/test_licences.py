"""Whose figures may be shown, and what their licence is called."""

from __future__ import annotations

import pytest

from bot.licences import address, free

CC = "creativecommons.org"


@pytest.mark.parametrize(
    ("given", "name", "url"),
    [
        (f"http://{CC}/licenses/by/4.0/", "CC BY 4.0", f"https://{CC}/licenses/by/4.0/"),
        (f"https://{CC}/licenses/by/4.0", "CC BY 4.0", f"https://{CC}/licenses/by/4.0/"),
        (f"http://{CC}/licenses/by/3.0/", "CC BY 3.0", f"https://{CC}/licenses/by/3.0/"),
        (f"http://{CC}/licenses/by-sa/4.0/", "CC BY-SA 4.0", f"https://{CC}/licenses/by-sa/4.0/"),
        (f"http://{CC}/licenses/by-nc/4.0/", "CC BY-NC 4.0", f"https://{CC}/licenses/by-nc/4.0/"),
        (f"http://{CC}/licenses/by-nc-sa/4.0/", "CC BY-NC-SA 4.0", f"https://{CC}/licenses/by-nc-sa/4.0/"),
        (f"http://{CC}/licenses/by-nc-nd/4.0/", "CC BY-NC-ND 4.0", f"https://{CC}/licenses/by-nc-nd/4.0/"),
        (f"http://{CC}/licenses/by-nd/4.0/", "CC BY-ND 4.0", f"https://{CC}/licenses/by-nd/4.0/"),
        (f"https://{CC}/licenses/by/4.0/legalcode", "CC BY 4.0", f"https://{CC}/licenses/by/4.0/"),
        (f"https://{CC}/licenses/by-sa/4.0/deed.zh-hans", "CC BY-SA 4.0", f"https://{CC}/licenses/by-sa/4.0/"),
        (f"https://{CC}/publicdomain/zero/1.0/deed.en", "CC0 1.0", f"https://{CC}/publicdomain/zero/1.0/"),
        (f"http://{CC}/publicdomain/zero/1.0/", "CC0 1.0", f"https://{CC}/publicdomain/zero/1.0/"),
        (f"http://{CC}/licenses/publicdomain/", "Public Domain", f"https://{CC}/publicdomain/mark/1.0/"),
        (f"https://www.{CC}/publicdomain/mark/1.0/", "Public Domain", f"https://{CC}/publicdomain/mark/1.0/"),
    ],
)
def test_creative_commons_and_the_public_domain_are_free(given: str, name: str, url: str) -> None:
    found = free(given)
    assert found is not None
    assert (found.name, found.url) == (name, url)


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
        "http://arxiv.org/licenses/assumed-1991-2003/",
        f"https://{CC}/licenses/by/9.9/",
        f"https://{CC}/licenses/sampling+/1.0/",
        f"https://{CC}.evil.example/licenses/by/4.0/",
        f"https://evil.example/?{CC}/licenses/by/4.0/",
        f"https://{CC}@evil.example/licenses/by/4.0/",
        f"https://{CC}/licenses/by/4.0/../../../x",
        f"https://{CC}/licenses/by/4.0//",
        f"https://{CC}/licenses/by/4.0/legalcode.evil.example",
        f"https://{CC}/licenses/by/4.0/legalcode/../x",
    ],
)
def test_what_is_not_known_to_be_free_is_not(given: str | None) -> None:
    assert free(given) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("CC BY 4.0", "CC BY 4.0"),
        ("CC BY-NC-SA 4.0", "CC BY-NC-SA 4.0"),
        ("CC BY-NC-ND 4.0", "CC BY-NC-ND 4.0"),
        ("CC Zero", "CC0 1.0"),
        ("Public Domain", "Public Domain"),
    ],
)
def test_what_arxivs_pages_say_is_understood(said: str, name: str) -> None:
    found = free(address(said))
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("said", ["", "arXiv.org perpetual non-exclusive license", "CC BY 9.9", "free for all", "CC"])
def test_what_they_never_say_is_not_free(said: str) -> None:
    assert free(address(said)) is None
