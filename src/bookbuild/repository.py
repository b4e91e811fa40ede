"""The book's public repository: one address in any form, and what follows from it."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import yaml

from bookbuild.book import Book

FORGES = ("github", "gitlab")
SCHEMES = ("https", "http", "ssh", "git", "git+https", "git+ssh")
COPIED = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?P<path>[^/\d].*)")  # git@HOST:OWNER/NAME
HOST = re.compile(r"[a-z\d-]+(\.[a-z\d-]+)+(:\d+)?")
PART = re.compile(r"\w[\w.-]*", re.ASCII)
INSIDE = re.compile(r"/(-|tree|blob|edit|issues|pulls?)(/.*)?$")  # a page of the repository
FORMS = (
    "write https://github.com/OWNER/NAME, git@github.com:OWNER/NAME.git, or the same of GitLab, "
    "and leave it empty while there is no repository"
)


@dataclass(frozen=True)
class Repository:
    """A repository on a site that runs GitHub or GitLab.

    Parameters
    ----------
    host : str
        Such as ``github.com``, with a port where it has one.
    path : str
        Owner and name; a group's subgroups stand between them.
    forge : str
        One of ``FORGES``.
    branch : str
        The branch that is published.
    """

    host: str
    path: str
    forge: str
    branch: str

    @property
    def url(self) -> str:
        """Its address in a browser, to which git's own commands lead as well."""
        return f"https://{self.host}/{self.path}"

    def file(self, path: str) -> str:
        """Return the address of a file's page on the published branch."""
        return f"{self.url}{'/-' * (self.forge == 'gitlab')}/blob/{self.branch}/{path}"

    @property
    def on_colab(self) -> bool:
        """Whether Colab opens its notebooks: it knows GitHub's public site and no other."""
        return self.host == "github.com"

    @property
    def on_binder(self) -> str:
        """What Binder calls it, below its own address."""
        public = {"github.com": f"gh/{self.path}", "gitlab.com": f"gl/{quote(self.path, safe='')}"}
        elsewhere = f"git/{quote(self.url, safe='')}"
        return f"v2/{public.get(self.host, elsewhere)}/{self.branch}"


def find(book: Book) -> Repository | None:
    """Return the repository that a book's settings name, ``None`` while they name none.

    Raises
    ------
    ValueError
        As `parse`.
    """
    settings = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8")) or {}
    named = settings.get("repository") or {}
    options = (settings.get("sphinx") or {}).get("config", {}).get("html_theme_options") or {}
    return parse(named.get("url"), named.get("branch"), options.get("repository_provider"))


def parse(address: str | None, branch: str | None, forge: str | None) -> Repository | None:
    """Return the repository at an address, ``None`` if the address is empty.

    Parameters
    ----------
    address : str or None
        In any form that a browser, a forge's copy button or git gives.
    branch : str or None
        ``main`` if it is empty.
    forge : str or None
        One of ``FORGES``, for a host whose name does not say which of them runs there.

    Raises
    ------
    ValueError
        If that is no repository's address; the message says which forms are.
    """
    text = str(address or "").strip()
    if not text:
        return None
    copied = COPIED.fullmatch(text) if "://" not in text else None
    host, path = (copied["host"], copied["path"]) if copied else _split(text)
    host = host.lower().removeprefix("www.")
    forge = forge or next((name for name in FORGES if name in host), "")
    path = INSIDE.sub("", f"/{path.strip('/')}").strip("/").removesuffix(".git")
    parts = path.split("/")
    if (
        not HOST.fullmatch(host)
        or not all(PART.fullmatch(part) for part in parts)
        or len(parts) < 2
        or (forge == "github" and len(parts) > 2)
    ):
        raise ValueError(f"repository.url in _config.yml is {text!r}: {FORMS}")
    if forge not in FORGES:
        raise ValueError(
            f"repository.url in _config.yml is {text!r}, and {host} may run GitHub or GitLab: "
            "say which with sphinx.config.html_theme_options.repository_provider, "
            f"{' or '.join(FORGES)}"
        )
    return Repository(host, path, forge, str(branch or "main"))


def _split(text: str) -> tuple[str, str]:
    """Return host and path of an address, both empty if it has a scheme that git does not know."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        web = parts.port and parts.scheme in ("http", "https")
    except ValueError:
        return "", ""
    if parts.scheme not in SCHEMES or not parts.hostname:
        return "", ""
    return f"{parts.hostname}:{parts.port}" if web else parts.hostname, parts.path
