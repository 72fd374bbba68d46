"""A small application made with the real discord.py: a command of each kind, buttons, a menu, a window."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord import app_commands

from tests.fakes.discord_client import Client

Interaction = discord.Interaction[Any]


class Window(discord.ui.Modal, title="Schedule"):
    """Asks for an hour, says it in place of the message it came from."""

    hour: discord.ui.TextInput[Any] = discord.ui.TextInput(
        label="Hour", custom_id="hour", default="09:00", max_length=5
    )

    async def on_submit(self, interaction: Interaction, /) -> None:
        await interaction.response.edit_message(content=f"at {self.hour.value}", view=None)


class Panel(discord.ui.View):
    """A message with every kind of button, and a menu."""

    @discord.ui.button(label="Refresh", custom_id="refresh")
    async def refresh(self, interaction: Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="refreshed")

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="later")

    @discord.ui.button(label="When", custom_id="when")
    async def when(self, interaction: Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.send_modal(Window())

    @discord.ui.button(label="Dead", custom_id="dead", disabled=True)
    async def dead(self, interaction: Interaction, _: discord.ui.Button[Any]) -> None:
        raise AssertionError

    @discord.ui.select(
        custom_id="size", options=[discord.SelectOption(label=f"{count} papers", value=str(count)) for count in (5, 10)]
    )
    async def size(self, interaction: Interaction, select: discord.ui.Select[Any]) -> None:
        await interaction.response.send_message(f"size {select.values[0]}", view=Panel(timeout=None), ephemeral=True)


class App(Client):
    """`/say how`, `/panel`, `/where place`, `/find ids` (completed), and "Read" on messages.

    It waits for `slowness` seconds before it answers `/say`; `last` is the interaction of that.
    """

    def __init__(self) -> None:
        super().__init__()
        self.last: Interaction | None = None
        self.slowness = 0.0
        tree = self.tree
        tree.command(name="say", description="say something")(self._say)
        tree.command(name="panel", description="a panel")(self._panel)
        find: app_commands.Command[Any, ..., None] = app_commands.Command(
            name="find", description="find a paper", callback=_find
        )
        find.autocomplete("ids")(_suggest)
        tree.add_command(find)
        tree.add_command(app_commands.ContextMenu(name="Read", callback=_read))
        tree.command(name="where", description="choose a channel")(_where)
        tree.on_error = self._failed  # type: ignore[method-assign] # the library offers it so
        self.errors: list[Exception] = []

    async def setup_hook(self) -> None:
        self.add_view(Panel(timeout=None))
        await self.tree.sync()

    async def _failed(self, _: Interaction, error: app_commands.AppCommandError, /) -> None:
        self.errors.append(getattr(error, "original", error))

    async def _say(self, interaction: Interaction, how: str) -> None:
        self.last = interaction
        await asyncio.sleep(self.slowness)
        if how == "later":
            await interaction.response.defer(thinking=True, ephemeral=True)
            await interaction.edit_original_response(content="here it is")
        elif how == "more":
            await interaction.response.send_message("one")
            await interaction.followup.send("two", ephemeral=True)
        else:
            await interaction.response.send_message(how, ephemeral=how == "psst")

    async def _panel(self, interaction: Interaction) -> None:
        await interaction.response.send_message("panel", view=Panel(timeout=None))


async def _find(interaction: Interaction, ids: str) -> None:
    await interaction.response.send_message(f"found {ids}")


class Places(discord.ui.View):
    """A menu of channels."""

    @discord.ui.select(cls=discord.ui.ChannelSelect, custom_id="place")
    async def place(self, interaction: Interaction, select: discord.ui.ChannelSelect[Any]) -> None:
        await interaction.response.send_message(f"in {select.values[0].name}")


async def _where(interaction: Interaction, place: discord.TextChannel) -> None:
    await interaction.response.send_message(f"in {place.name}?", view=Places(timeout=None))


async def _suggest(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"paper {typed}{number}", value=f"{typed}{number}") for number in range(2)]


async def _read(interaction: Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"read {message.content}", ephemeral=True)
