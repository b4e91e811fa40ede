"""Capture a step once a width on a GPU, and replay it from there on."""

from collections.abc import Callable, Iterable

import torch

from collective_lab.training.captured.step import Step

WARM_UP = 2  # steps before a capture: libraries choose their kernels in the first


def replayed(step: Step, widths: Iterable[int]) -> Callable[[int], None]:
    """Return what takes the step's next step: its graphs on a GPU, elsewhere the step itself."""
    return Graphs(step, widths) if step.total.is_cuda else step


class Graphs:
    """The graphs of a step; they share memory, for one runs at a time.

    Making them leaves parameters and generators as they were.

    Parameters
    ----------
    step
        On a CUDA device.
    widths
        Of its batches.
    """

    def __init__(self, step: Step, widths: Iterable[int]) -> None:
        generators = step.masks.generators
        before = [held.clone() for held in step.state]
        seeds = [generator.get_state() for generator in generators]
        widest_first = sorted(set(widths), reverse=True)  # the others fit into its memory
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for width in widest_first:
                for _ in range(WARM_UP):
                    step.number.zero_()
                    step(width)
        torch.cuda.current_stream().wait_stream(side)
        self._graphs: dict[int, torch.cuda.CUDAGraph] = {}
        pool = torch.cuda.graph_pool_handle()
        for width in widest_first:
            graph = torch.cuda.CUDAGraph()
            for generator in generators:
                graph.register_generator_state(generator)
            with torch.cuda.graph(graph, pool=pool):
                step(width)
            self._graphs[width] = graph
        for held, value in zip(step.state, before, strict=True):
            held.copy_(value)
        for generator, state in zip(generators, seeds, strict=True):
            generator.set_state(state)

    def __call__(self, width: int) -> None:
        """Take the next step; the host does not wait for it."""
        self._graphs[width].replay()
