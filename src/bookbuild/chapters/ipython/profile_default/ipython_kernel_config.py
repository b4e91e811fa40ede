"""Kernels that the press starts speak up only when something is wrong."""

c = get_config()  # noqa: F821
c.IPKernelApp.log_level = "ERROR"
