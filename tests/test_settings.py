"""Settings from the environment: what is wrong is named, and its value is not."""

from __future__ import annotations

import pytest

from bot.settings import Settings, SettingsError


@pytest.mark.parametrize(
    "address",
    ["ftp://arxiv.org", "arxiv.org", "http://", "http://[::1/atom", "http://x:y/atom", "http://x y/", "http://x/\n"],
)
def test_an_address_that_is_none_is_named_before_anything_is_asked(address: str) -> None:
    for name in ("ARXIV_API_URL", "ARXIV_FEED_URL", "ARXIV_SITE_URL", "OPENAI_BASE_URL"):
        with pytest.raises(SettingsError, match=f"{name}.*such as https://") as wrong:
            Settings.read(**{name: address})
        assert address not in str(wrong.value)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080/atom/", "https://[::1]:1/atom", "https://rss.arxiv.org/atom"]
)
def test_an_address_is_taken_without_its_last_slash(address: str) -> None:
    assert Settings.read(ARXIV_FEED_URL=address).arxiv_feed_url == address.rstrip("/")
