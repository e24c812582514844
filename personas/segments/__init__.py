"""Stage 02: customers in, segments out, with membership and a verdict on whether they exist.

Customers are laid out in a space in which every block of questions weighs the same. For each number of segments
the clustering is resampled and compared with tables drawn from one population; the verdict says whether there is
structure, whether the segments would be found again, and whether they are of use.
"""

from personas.segments.candidates import Effort
from personas.segments.comparison import Comparison, Segmentation, compare_candidates, segment
from personas.segments.map import draw_map
from personas.segments.models import Evidence, MapPoint, SegmentSize, Verdict
from personas.segments.scoring import score_customers
from personas.segments.scoring_sql import assignment_sql
from personas.segments.space import FeatureSpace, fit_space
from personas.segments.storage import read_evidence, read_map, read_segmentation, write_segmentation

__all__ = [
    "Comparison",
    "Effort",
    "Evidence",
    "FeatureSpace",
    "MapPoint",
    "SegmentSize",
    "Segmentation",
    "Verdict",
    "assignment_sql",
    "compare_candidates",
    "draw_map",
    "fit_space",
    "read_evidence",
    "read_map",
    "read_segmentation",
    "score_customers",
    "segment",
    "write_segmentation",
]
