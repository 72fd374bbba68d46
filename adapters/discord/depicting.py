"""A figure as a message of its own: its picture with the words that stand for it, and its caption above. Pure.

It is no picture of the paper's embed: Discord shows no description of those, and so no edit of the answer has to know
of files.
"""

from __future__ import annotations

from adapters.discord.attachments import Attachment, Letter
from adapters.discord.blocks import markup
from adapters.discord.limits import CONTENT, SUPPRESS_EMBEDS
from adapters.pictures import Shown
from bot.document import Paragraph, utf16


def depicted(shown: Shown) -> Letter:
    """`shown` as a message that pings nobody."""
    figure, picture = shown.figure, shown.picture
    kind = "jpg" if picture.media_type == "image/jpeg" else "png"
    caption = markup([Paragraph(figure.caption, quiet=True)])
    message = {
        "content": caption if utf16(caption) <= CONTENT else "",
        "flags": SUPPRESS_EMBEDS,
        "allowed_mentions": {"parse": []},
    }
    file = Attachment(name=f"figure.{kind}", body=picture.body, media_type=picture.media_type, description=figure.alt)
    return Letter(message=message, files=(file,))
