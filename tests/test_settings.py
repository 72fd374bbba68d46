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


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PAPERBOY_BATCH", "maybe", "must be true or false"),
        ("PAPERBOY_FIGURES", "x-secret", "must be 'on', 'links' or 'off'"),
        ("PAPERBOY_DEEP_TOP", "-1", "must be greater than or equal to 0"),
        ("PAPERBOY_DEEP_TOP", "many", "must be a whole number"),
        ("PAPERBOY_DAILY_BUDGET", "-1", "must be greater than or equal to 0"),
        ("PAPERBOY_DAILY_BUDGET", "$1", "must be a number, such as 0.5"),
        ("PAPERBOY_CHAT_BUDGET", "inf", "must be a number that is not infinite"),
        ("OPENAI_BASE_URL", "server", "must be an address such as https://example.org/path"),
    ],
)
def test_what_is_wrong_is_said_in_words_that_say_what_to_write(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        Settings.read(**{name: value})
    assert str(wrong.value) == f"Settings are wrong:\n  {name}: {said}"
