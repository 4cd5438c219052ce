"""Actions to vendor tables: what Sysmon, the Security log, the DNS client, PowerShell and a web proxy would record."""

from simulator.telemetry.render import RENDERED, RENDERERS, Renderer, render

__all__ = ["RENDERED", "RENDERERS", "Renderer", "render"]
