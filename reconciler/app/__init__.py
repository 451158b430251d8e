"""Use cases: the only place where files, clouds, planning and performing are put together."""
