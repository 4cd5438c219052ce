"""Actions to vendor tables: what each vendor's sensor would record of them."""

from simulator.telemetry.render import BY_DEFAULT, RENDERED, RENDERERS, Renderer, render, rendered

__all__ = ["BY_DEFAULT", "RENDERED", "RENDERERS", "Renderer", "render", "rendered"]
