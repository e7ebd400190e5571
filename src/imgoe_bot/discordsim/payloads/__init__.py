"""The state as Discord writes it: every key discord.py 2.7.1 needs, and no null where it has none.

Source: discord.py 2.7.1 ``types/*.py`` and the constructors that read them.
"""
