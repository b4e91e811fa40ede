"""How the book keeps an Altair chart: the live specification, a picture of it, and its description.

Altair's own renderers load scripts from a third party or write a media type that notebooks refuse.
This one stores three forms side by side, the same bytes every time and none of them HTML. It is
switched on in the kernels that the press starts (see ``kernel_environment``); in a reader's own
Jupyter session ``collective_action.teaching.charts.use_theme`` lets JupyterLab show them.
"""

import base64
import io
from pathlib import Path

from bookbuild.book import VARIABLE, Book

CHART = "application/vnd.vegalite+json"  # what a page calls a chart
VEGALITE = "application/vnd.vegalite.v6+json"
PIXELS_PER_UNIT = 2
COLOURS = 64
IPYTHON_DIRECTORY = Path(__file__).parent / "ipython"


def kernel_environment(book: Book) -> dict[str, str]:
    """Return the environment variables with which the press starts every kernel of a book.

    Returns
    -------
    dict
        ``BOOK_ROOT`` says where the book's data lie; ``IPYTHONDIR`` names a profile that enables
        this renderer; the others keep progress bars,
        which differ from run to run, out of the outputs.
    """
    return {
        VARIABLE: str(book.root),
        "IPYTHONDIR": str(IPYTHON_DIRECTORY),
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "TQDM_DISABLE": "1",
        "PYTHONWARNINGS": "ignore:IProgress not found",  # tqdm, which misses ipywidgets
    }


def enable() -> None:
    """Make Altair show charts as the book stores them, in this process."""
    import altair as alt

    alt.renderers.register("book", render)
    alt.renderers.enable("book")


def render(spec: dict, **_options: object) -> tuple[dict, dict]:
    """Return the media bundle and metadata of one chart.

    Parameters
    ----------
    spec : dict
        A Vega-Lite 6 specification with a top-level ``description``.

    Returns
    -------
    data : dict
        The specification, a picture of at most 64 colours at twice the screen's resolution
        (base64), and the description as plain text.
    metadata : dict
        The picture's width and height in CSS pixels.

    Raises
    ------
    ValueError
        If the chart has no description, which is what a reader who cannot see it gets instead.
    """
    description = described(spec)
    if not description:
        raise ValueError(
            "this chart has no description: say in one or two sentences what it shows, "
            "with chart.properties(description=...)"
        )
    picture, width, height = draw(spec)
    data = {
        VEGALITE: spec,
        "image/png": base64.b64encode(picture).decode("ascii"),
        "text/plain": f"Chart: {description}",
    }
    return data, {"image/png": {"width": width, "height": height}}


def described(spec: dict) -> str:
    """Return a specification's description, empty if it has none."""
    return str(spec.get("description", "")).strip()


def draw(spec: dict) -> tuple[bytes, int, int]:
    """Draw a specification; return PNG bytes, and width and height in CSS pixels."""
    import vl_convert
    from PIL import Image

    raw = vl_convert.vegalite_to_png(spec, scale=PIXELS_PER_UNIT)
    image = Image.open(io.BytesIO(raw)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    packed = io.BytesIO()
    image.save(packed, format="PNG", optimize=True)
    return packed.getvalue(), image.width // PIXELS_PER_UNIT, image.height // PIXELS_PER_UNIT
