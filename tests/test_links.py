"""Links are arXiv's own, or the authors' on hosts we allow; nothing else becomes one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.links import FORGES, MOST, allowed, found_links, host, links, name
from bot.models import Paper


def paper(abstract: str = "", comment: str | None = None, identifier: str = "2405.17428") -> Paper:
    return Paper(id=identifier, title="T", authors=("A",), abstract=abstract, comment=comment)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Code: https://github.com/a/b.", ["https://github.com/a/b"]),
        ("(https://github.com/a/b)", ["https://github.com/a/b"]),
        ("at github.com/a/b, and", ["https://github.com/a/b"]),
        ("http://www.github.com/a/b", ["https://github.com/a/b"]),
        ("https://github.com/a/b.git.", ["https://github.com/a/b"]),
        ("https://github.com/a/digit", ["https://github.com/a/digit"]),  # not rstrip(".git")
        ("https://github.com/a/b/tree/main/c?x=1#y", ["https://github.com/a/b/tree/main/c"]),
        (r"\url{https://github.com/a/b_c}.", ["https://github.com/a/b_c"]),
        (r"https://github.com/a/b\_c", ["https://github.com/a/b_c"]),
        (r"\href{https://github.com/a/b}{here}", ["https://github.com/a/b"]),
        (r"\href{https://github.com/a/b}{https://github.com/a/b}", ["https://github.com/a/b"]),
        (r"$\href{https://github.com/a/b}{\texttt{a/b}}$", ["https://github.com/a/b"]),
        ("代码可在https://github.com/a/b上找到", ["https://github.com/a/b"]),
        ("代码见https://github.com/a/b。", ["https://github.com/a/b"]),
        ("https://github.com/A/B https://github.com/a/b/issues", ["https://github.com/A/B"]),
        ("https://github.com/a/bhttps://github.com/c/d", ["https://github.com/a/b", "https://github.com/c/d"]),
        ("https: //github.com/a/b", ["https://github.com/a/b"]),
        (r"https://x.github.io/$\sim$me", ["https://x.github.io/~me"]),
        ("https://nerfies.github.io", ["https://nerfies.github.io/"]),
        ("nerfies.github.io/#top", ["https://nerfies.github.io/#top"]),
        ("umi-on-air.github.io", ["https://umi-on-air.github.io/"]),
        ("https://hf.co/nvidia/NV-Embed-v2", ["https://huggingface.co/nvidia/NV-Embed-v2"]),
        ("https://huggingface.co/datasets/a/b?row=1", ["https://huggingface.co/datasets/a/b"]),
        ("https://doi.org/10.5281/zenodo.12788419),", ["https://doi.org/10.5281/zenodo.12788419"]),
        ("https://zenodo.org/records/1234", ["https://zenodo.org/records/1234"]),
        ("https://gitlab.com/group/sub/repo", ["https://gitlab.com/group/sub/repo"]),
    ],
)
def test_links_of_allowed_hosts_are_found_and_cleaned(text: str, found: list[str]) -> None:
    assert list(found_links(paper(text))) == found
    assert list(found_links(paper(comment=text))) == found


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/github.com/a/b",
        "https://github.com.evil.example/a/b",
        "https://evilgithub.com/a/b",
        "https://github.com@evil.example/a/b",
        "https://user:word@github.com/a/b",
        "https://github.com:8080/a/b",
        "https://xn--gthub-n4a.com/a/b",
        "https://xn--e1afmkfd.github.io.evil.example/",
        "https://a.b.github.io.evil/",
        "https://a.b.github.io/",
        "https://x.github.io.evil.example/",
        "https://x.github.io/@evil",
        "ftp://github.com/a/b",
        "javascript://github.com/a/b",
        "https://github.com/",
        "https://github.com/features/x",
        "https://github.com/../b",
        "https://github.com/a/../b",
        "https://github.com/a/.git",
        "https://github.com/a/b%2f..%2fc",
        "https://huggingface.co/papers/2405.17428",
        "https://huggingface.co/",
        "https://doi.org/10.48550/arXiv.2405.17428",
        "https://[::1/",
        "mail me@github.com/a/b",
        "https://github.com/" + "a" * 400 + "/b",
        "https://g\u0456thub.com/a/b",
        "https://xn--e1afmkfd.github.io/",
    ],
)
def test_everything_else_is_not_a_link(text: str) -> None:
    assert found_links(paper(text)) == ()


def test_a_paper_brings_a_few_links_and_the_comment_comes_first() -> None:
    many = " ".join(f"https://github.com/a/b{n}" for n in range(20))
    found = found_links(paper(many, comment="https://x.github.io/"))
    assert found == ("https://x.github.io/", *(f"https://github.com/a/b{n}" for n in range(MOST - 1)))


def test_code_and_projects_are_told_apart() -> None:
    made = links(paper("https://github.com/a/b https://x.github.io/p https://codeberg.org/a/c"))
    assert made.code == ("https://github.com/a/b", "https://codeberg.org/a/c")
    assert made.project == ("https://x.github.io/p",)


def test_arxiv_links_are_arxivs_and_versioned_only_when_somebody_named_one() -> None:
    plain, named = links(paper()), links(paper(), named=1)
    assert (plain.abs, plain.pdf, plain.html) == tuple(
        f"https://arxiv.org/{kind}/2405.17428" for kind in ("abs", "pdf", "html")
    )
    assert (named.abs, named.pdf, named.html) == tuple(
        f"https://arxiv.org/{kind}/2405.17428v1" for kind in ("abs", "pdf", "html")
    )
    assert plain.cool_papers == named.cool_papers == "https://papers.cool/arxiv/2405.17428"
    assert links(paper(identifier="hep-th/9901001")).abs == "https://arxiv.org/abs/hep-th/9901001"


def test_an_id_cannot_lead_elsewhere() -> None:
    assert links(paper(identifier="1?x=\n#<y>")).abs == "https://arxiv.org/abs/1%3Fx%3D%0A%23%3Cy%3E"


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("https://github.com/a/b/tree/main", "a/b"),
        ("https://huggingface.co/datasets/a/b", "a/b"),
        ("https://x.github.io/p/q", "x.github.io"),
        ("https://doi.org/10.1/x", "10.1/x"),
        ("https://zenodo.org/records/1234", "1234"),
    ],
)
def test_a_link_is_called_by_what_people_know_it_by(url: str, called: str) -> None:
    assert name(url) == called


PIECES = st.sampled_from(
    [
        "https://",
        "http://",
        "github.com",
        "x.github.io",
        "/",
        "a",
        "b.git",
        "@",
        ":80",
        "evil.org",
        "..",
        "?q",
        "#f",
        " ",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_is_found_is_https_on_an_allowed_host(text: str) -> None:
    for url in found_links(paper(text)):
        assert url.startswith("https://")
        assert "@" not in url
        assert host(url) in FORGES or host(url).endswith(".github.io")
        assert allowed(url) == url
