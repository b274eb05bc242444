"""Pictures of the evidence, made small and harmless in a worker (see `app.sources_again`)."""

from __future__ import annotations

from app.sources_again import render_picture, render_pictures

__all__ = ["render_picture", "render_pictures"]
