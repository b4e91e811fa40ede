"""Many firms trained side by side on a GPU: a step is captured once a width, then only replayed.

The host of a GPU cannot launch the small operations of a step as fast as the GPU computes them. So
it launches none: `text` and `timetable` put on the device what all steps read, `masks` what dropout
keeps, `encoder` says what is computed otherwise than on a processor, `step` is one step that asks
the host nothing, `graphs` captures and replays it, and `firms` puts it together.

Nothing here needs a GPU but `graphs`: on a processor the same steps run as they are written, which
is how tests hold them against `reference`.
"""
