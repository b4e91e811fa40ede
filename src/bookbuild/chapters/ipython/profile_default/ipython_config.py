"""Kernels that the press starts keep no history and do not warn that they use local sockets."""

c = get_config()  # noqa: F821
c.HistoryManager.enabled = False
c.IPKernelApp.log_level = "ERROR"
