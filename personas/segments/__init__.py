"""Stage 02: customers in, segments out, with membership and a verdict on whether they exist.

Customers are laid out in a space in which every block of questions weighs the same. For each number of segments
the clustering is resampled and compared with tables drawn from one population; the verdict says whether there is
structure, whether the segments would be found again, and whether they are of use.
"""

from personas.segments.adoption import adopt_labels, judge_labels
from personas.segments.assignment_files import write_assignment
from personas.segments.comparison import Comparison, compare_candidates, survey_weights
from personas.segments.kept import EarlierDivision, divide, read_division
from personas.segments.latent_classes import LatentClasses
from personas.segments.map import draw_map
from personas.segments.models import Evidence, MapPoint, Refit, SegmentSize, Verdict
from personas.segments.refits import Refits
from personas.segments.resampling import Effort
from personas.segments.scoring import score_customers
from personas.segments.scoring_sql import assignment_sql
from personas.segments.segmentation import Segmentation, segment
from personas.segments.space import FeatureSpace, fit_space
from personas.segments.storage import read_evidence, read_map, read_refits, read_segmentation, write_segmentation
from personas.segments.typing_fit import fit_typing_tool
from personas.segments.typing_tool import TypingTool, place

__all__ = [
    "Comparison",
    "EarlierDivision",
    "Effort",
    "Evidence",
    "FeatureSpace",
    "LatentClasses",
    "MapPoint",
    "Refit",
    "Refits",
    "SegmentSize",
    "Segmentation",
    "TypingTool",
    "Verdict",
    "adopt_labels",
    "assignment_sql",
    "compare_candidates",
    "divide",
    "draw_map",
    "fit_space",
    "fit_typing_tool",
    "judge_labels",
    "place",
    "read_division",
    "read_evidence",
    "read_map",
    "read_refits",
    "read_segmentation",
    "score_customers",
    "segment",
    "survey_weights",
    "write_assignment",
    "write_segmentation",
]
