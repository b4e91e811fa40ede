"""Kernels that the press starts store charts as the book shows them."""

from bookbuild import renderer

renderer.enable()
del renderer
