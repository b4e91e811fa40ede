"""Kernels that the press starts keep no history."""

c = get_config()  # noqa: F821
c.HistoryManager.enabled = False
