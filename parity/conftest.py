"""The reference implementations, asked step by step; extra ``[parity]``."""

import jax

jax.config.update("jax_enable_x64", True)
