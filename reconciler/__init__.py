"""reconciler: infrastructure as code for Microsoft cloud providers."""

__version__ = "0.1.0"
