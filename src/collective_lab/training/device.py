"""Where a firm trains, and in which precision the matrix products are."""

import os
import platform
from pathlib import Path

import torch

DTYPE_VARIABLE = "COLLECTIVE_ACTION_DTYPE"
ARITHMETIC = {"avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16", "sve"}
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def best_device() -> torch.device:
    """Return the accelerator that PyTorch finds, or the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def fast_dtype(device: torch.device) -> torch.dtype:
    """Return bfloat16 where the hardware multiplies in it, else float32.

    The environment variable COLLECTIVE_ACTION_DTYPE, "float32" or "bfloat16", decides instead: so a
    machine trains as another would.

    Raises
    ------
    ValueError
        If the variable says anything else.
    """
    if chosen := os.environ.get(DTYPE_VARIABLE):
        if chosen not in DTYPES:
            raise ValueError(
                f"{DTYPE_VARIABLE} is {chosen!r}: it must be {' or '.join(DTYPES)}, or not set"
            )
        return DTYPES[chosen]
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    fast = torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.bfloat16 if fast and "avx512_bf16" in _cpu_flags() else torch.float32


def name(device: torch.device) -> str:
    """Return what a person calls a device."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    models = [line for line in _cpu_lines() if line.startswith("model name")]
    return models[0].partition(":")[2].strip() if models else platform.processor() or "CPU"


def instructions() -> str:
    """Return which of the processor's instructions decide how a product rounds, or nothing."""
    return " ".join(sorted(_cpu_flags() & ARITHMETIC))


def capability(device: torch.device) -> str:
    """Return which set of instructions PyTorch computes with on a device."""
    if device.type == "cuda":
        major, minor = torch.cuda.get_device_capability(device)
        return f"sm_{major}{minor}"
    return torch.backends.cpu.get_cpu_capability()


def _cpu_flags() -> set[str]:
    named = [line for line in _cpu_lines() if line.startswith(("flags", "Features"))]
    return {flag for line in named for flag in line.split()}


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
