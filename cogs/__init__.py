"""The doormen: leaf plug-ins, loaded by name as ``imgoe_bot.cogs.*``."""

if __name__ != "imgoe_bot.cogs":
    raise ImportError(
        f"this folder is installed as imgoe_bot.cogs and was imported as {__name__}: "
        "load it by name, bot.load_extension('imgoe_bot.cogs.upload')"
    )
