"""A figure's picture: small, on white, with nothing of the old file in it; what is none, or hostile, is refused."""

from __future__ import annotations

import io
import sys

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.figures.bounds import HEAVIEST, LARGEST
from bot.figures.process import shrink
from bot.fulltext.process import Limits
from bot.ports import NoPicture, Picture
from tests.fakes.pictures import HTML, SVG, bomb, claims, encoded, noise, plot


def opened(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.body))
    image.load()
    assert image.size == (picture.width, picture.height)
    assert image.mode == "RGB"
    assert picture.media_type == f"image/{str(image.format).lower()}"
    return image


async def refused(body: bytes) -> str:
    with pytest.raises(NoPicture) as raised:
        await shrink(body)
    return raised.value.code


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_a_picture_of_each_kind_is_made_small(kind: str) -> None:
    image = opened(await shrink(encoded(plot(2560, 1600), kind)))
    assert image.size == (LARGEST, 800)
    red, green, blue = image.getpixel((200, 120))  # type: ignore[misc] # within the blue box, were it not smaller
    assert (red, green, blue) == (255, 255, 255)
    assert image.getpixel((50, 30)) != (255, 255, 255)


async def test_a_small_picture_stays_as_large_as_it_is() -> None:
    assert opened(await shrink(encoded(plot(300, 200)))).size == (300, 200)


async def test_of_what_moves_the_first_frame_is_shown() -> None:
    frames = [plot(), Image.new("RGB", (640, 400), "red")]
    moving = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert opened(await shrink(moving)).getpixel((600, 380)) == (255, 255, 255)


async def test_what_is_transparent_is_white() -> None:
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (50, 50, 100, 100))
    shown = opened(await shrink(encoded(image)))
    assert shown.getpixel((10, 10)) == (255, 255, 255)
    assert shown.getpixel((75, 75)) == (200, 0, 0)


async def test_sixteen_bits_of_grey_are_grey_and_not_white() -> None:
    image = Image.new("I;16", (200, 200), 32768)
    image.paste(65535, (0, 0, 100, 200))
    shown = opened(await shrink(encoded(image)))
    assert shown.getpixel((150, 100)) in {(127, 127, 127), (128, 128, 128)}
    assert shown.getpixel((50, 100)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "CMYK"])
async def test_a_picture_of_any_mode_is_shown(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(await shrink(encoded(plot(mode=mode), kind))).getpixel((600, 380)) == (255, 255, 255)


async def test_nothing_of_the_old_file_but_its_pixels_is_in_the_new_one() -> None:
    said = PngInfo()
    said.add_text("Comment", "SECRET")
    exif = Image.Exif()
    exif[0x010E] = "SECRET"
    for body in (
        encoded(plot(), pnginfo=said, exif=exif, icc_profile=b"SECRET" * 30),
        encoded(noise(), "JPEG", comment=b"SECRET", exif=exif, icc_profile=b"SECRET" * 30),
        encoded(plot()) + b"SECRET",
    ):
        assert b"SECRET" in body
        picture = await shrink(body)
        assert b"SECRET" not in picture.body
        assert not {"icc_profile", "exif", "comment", "Comment"} & set(opened(picture).info)


async def test_what_a_camera_turned_is_turned_back() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(await shrink(encoded(plot(640, 400), "JPEG", exif=exif))).size == (400, 640)


async def test_a_picture_no_format_makes_small_is_light_all_the_same() -> None:
    coloured = Image.merge("RGB", [Image.effect_noise((LARGEST, LARGEST), 200) for _ in range(3)])
    picture = await shrink(encoded(coloured))
    assert picture.media_type == "image/jpeg"
    assert len(picture.body) <= HEAVIEST < len(encoded(coloured, "JPEG", quality=90))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(HTML, id="html"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + HTML, id="html that begins as a png"),
        pytest.param(SVG, id="svg"),
        pytest.param(encoded(noise())[:90_000], id="cut short"),
        pytest.param(encoded(plot(), "JPEG")[:-3000], id="jpeg cut short"),
        pytest.param(encoded(Image.effect_noise((50_000, 1), 90)), id="a line"),
        pytest.param(encoded(Image.effect_noise((1200, 100), 90)), id="a strip"),
        pytest.param(encoded(plot(6400, 6400, mode="1")), id="more than we decode"),
        pytest.param(encoded(Image.effect_noise((40, 40), 90)), id="an icon"),
        pytest.param(encoded(Image.new("RGB", (600, 400), "white")), id="nothing"),
        pytest.param(encoded(plot(), "TIFF"), id="a format nobody needs"),
        pytest.param(claims(2**31 - 1, 2**31 - 1), id="a size no memory has"),
        pytest.param(claims(6000, 6000), id="less than it says"),
    ],
)
async def test_what_is_no_picture_to_show_is_refused(body: bytes) -> None:
    assert await refused(body) == "broken"


async def test_a_bomb_is_refused_before_it_goes_off() -> None:
    body = bomb()
    assert len(body) < 1 << 20
    assert await refused(body) == "broken"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("print('image/png 10 10')", "broken"),  # no file
        ("print('image/png 9999 10', end='\\n\\x89PNG')", "broken"),
        ("print('image/svg 10 10\\n<svg/>')", "broken"),
        ("raise SystemExit(1)", "broken"),
        ("import sys; sys.stdout.write('x' * (1 << 21))", "too_large"),
        ("import time; time.sleep(60)", "parse_timeout"),
    ],
)
async def test_the_process_that_read_it_is_not_trusted(code: str, reason: str) -> None:
    command = (sys.executable, "-c", code)
    with pytest.raises(NoPicture) as raised:
        await shrink(b"x", command=command, limits=Limits(seconds=0.8, output=HEAVIEST))
    assert raised.value.code == reason
