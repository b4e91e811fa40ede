"""Section 5, the data: résumés labelled with occupations, or any texts with any labels.

>>> from collective_lab.corpora import Synthetic, load
>>> load(Synthetic(n=1000, seed=0)).train.features["labels"].feature.names[0]
'Software Developer'
"""

from collective_lab.corpora.archive import ArchiveError
from collective_lab.corpora.debian import Debian
from collective_lab.corpora.download import DownloadError
from collective_lab.corpora.folder import Folder
from collective_lab.corpora.loading import Corpus, load
from collective_lab.corpora.occupations import OCCUPATIONS
from collective_lab.corpora.published import Published
from collective_lab.corpora.records import Report
from collective_lab.corpora.split import TEST_SHARE, in_test
from collective_lab.corpora.synthetic import readers
from collective_lab.corpora.synthetic.source import Synthetic
from collective_lab.corpora.texts import Texts

__all__ = [
    "OCCUPATIONS",
    "TEST_SHARE",
    "ArchiveError",
    "Corpus",
    "Debian",
    "DownloadError",
    "Folder",
    "Published",
    "Report",
    "Synthetic",
    "Texts",
    "in_test",
    "load",
    "readers",
]
