"""The engine process: one model on MLX, driven by frames over a Unix socket."""

__version__ = "0.1.0"
