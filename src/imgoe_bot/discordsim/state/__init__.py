"""What a Discord holds: users, guilds, channels, messages, ids and signed links.

Users, guilds, channels, messages and commands are plain mutable values; only ``world`` and
``actions`` change them. Ids are snowflakes as whole numbers; moments are Unix seconds.
"""
