"""What the operator sets for the whole process, read once from ``IMGOE_*`` variables.

Only ``terminal``, ``plugin`` and ``app`` read this; everything below is given plain arguments.
"""
