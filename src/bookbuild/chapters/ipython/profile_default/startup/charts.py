"""Kernels that the press starts store charts as the book shows them."""

from bookbuild.chapters import renderer

renderer.enable()
del renderer
