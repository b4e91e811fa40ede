"""Section 5, the data: résumés labelled with occupations, from three sources behind one function.

>>> from collective_action.resumes.corpus import Synthetic, load
>>> load(Synthetic(n=1000, seed=0)).train.features["labels"].feature.names[0]
'Software Developer'
"""

from collective_action.resumes.corpus.archive import ArchiveError
from collective_action.resumes.corpus.download import DownloadError
from collective_action.resumes.corpus.folder import Folder
from collective_action.resumes.corpus.loading import Corpus, load
from collective_action.resumes.corpus.occupations import OCCUPATIONS
from collective_action.resumes.corpus.published import Published
from collective_action.resumes.corpus.records import Report
from collective_action.resumes.corpus.synthetic.source import Synthetic

__all__ = [
    "OCCUPATIONS",
    "ArchiveError",
    "Corpus",
    "DownloadError",
    "Folder",
    "Published",
    "Report",
    "Synthetic",
    "load",
]
