"""Importing mlx_lm without what it does to the process."""

import os
import resource


def import_mlx_lm() -> None:
    """Import mlx_lm with the limit on open files left alone.

    mlx_lm.utils lowers RLIMIT_NOFILE to 4096 when imported, hard limit included, which an
    ordinary process cannot undo. Also switches off its ways to run code from a model or to
    reach the network.
    """
    os.environ.pop("MLX_LM_TRUST_REMOTE_CODE", None)
    os.environ.pop("MLXLM_USE_MODELSCOPE", None)
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    set_limit = resource.setrlimit
    setattr(resource, "setrlimit", lambda *_: None)  # noqa: B010
    try:
        import mlx_lm.utils  # noqa: F401
    finally:
        resource.setrlimit = set_limit
