"""Recognise which system a sheet was exported from. Each folder here describes one system in its `source.yml`."""

from engine.sources.source_systems import Recognised, recognise

__all__ = ["Recognised", "recognise"]
