"""Leave out the one extension of Jupyter Book that would load a script from a third party."""

from sphinx.application import Sphinx
from sphinx.config import Config


def drop_thebe(app: Sphinx, config: Config) -> None:
    """Disconnect Thebe, which writes its CDN's address into every page, used or not."""
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if listener.handler.__module__.partition(".")[0] == "sphinx_thebe":
                app.disconnect(listener.id)
    app.registry.css_files[:] = [
        (name, attributes) for name, attributes in app.registry.css_files if "thebe" not in name
    ]


def setup(app: Sphinx) -> None:
    """Run once the extensions are loaded."""
    app.connect("config-inited", drop_thebe)
