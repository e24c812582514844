"""demo_b2b: Reagenta, a made-up supplier of laboratories: accounts with contacts in several roles."""

from __future__ import annotations

from personas.simulation.plans import Action, Kind, Pain, Plan, Segment, Touchpoint

TOUCHPOINTS = (
    Touchpoint("Delivery", "experience", 0.80, 0.95, expected=True),
    Touchpoint("Product quality", "experience", 0.60, 0.95),
    Touchpoint("Ordering portal", "purchase", 0.42, 0.90, expected=True),
    Touchpoint("Account manager", "interest", 0.30, 0.92),
    Touchpoint("Technical support", "experience", 0.20, 0.90),
    Touchpoint("Invoicing", "loyalty", 0.10, 0.92),
)

PAINS = (
    Pain("late_shipments", "Shipments come late", 0, 0.70, "Logistics"),
    Pain("batch_quality", "Quality differs between batches", 1, 0.60, "Quality"),
    Pain("portal_errors", "The ordering portal fails", 2, 0.50, "Digital help"),
    Pain("absent_manager", "The account manager is hard to reach", 3, 0.25, "Key accounts"),
    Pain("slow_support", "Technical support answers slowly", 4, 0.60, "Support"),
    Pain("wrong_invoices", "Invoices are wrong", 5, 0.70, "Billing"),
)

# Shares in the order of CHANNELS, SERVICES and CATEGORIES below.
SEGMENTS = (
    Segment(
        "small", "Small local laboratories", 0.36, 0.7, 420,
        (0.62, 0.18, 0.20, 0.00), (0.28, 0.18, 0.34, 0.12, 0.08), (0.45, 0.30, 0.20, 0.05),
        0.15, 0.10, 0.05, 0.030, 8.6,
        (0.16, 0.10, 0.42, 0.30, 0.16, 0.08), (0, 0, -0.7, 0, 0, 0), -0.8, 0.45, "simple_ordering",
        {"employees": 0.6, "industry": (0.30, 0.10, 0.10, 0.50)},
    ),
    Segment(
        "research", "Research groups", 0.27, 1.4, 260,
        (0.78, 0.16, 0.06, 0.00), (0.52, 0.12, 0.16, 0.05, 0.15), (0.15, 0.30, 0.50, 0.05),
        0.30, 0.25, 0.08, 0.022, 8.8,
        (0.18, 0.36, 0.12, 0.08, 0.42, 0.10), (0, 0, 0, 0, -1.2, 0), -0.5, 0.40, "deep_expertise",
        {"employees": 1.6, "industry": (0.05, 0.75, 0.10, 0.10)},
    ),
    Segment(
        "procurement", "Central purchasing by price", 0.22, 2.6, 900,
        (0.30, 0.18, 0.07, 0.45), (0.14, 0.34, 0.40, 0.08, 0.04), (0.20, 0.15, 0.60, 0.05),
        0.52, 0.05, 0.02, 0.028, 8.4,
        (0.30, 0.12, 0.08, 0.10, 0.08, 0.50), (0, 0, 0, 0, 0, -1.3), -0.7, 0.80, "fair_terms",
        {"employees": 3.4, "industry": (0.35, 0.05, 0.40, 0.20)},
    ),
    Segment(
        "regulated", "Regulated production", 0.15, 4.2, 1900,
        (0.12, 0.10, 0.03, 0.75), (0.20, 0.40, 0.10, 0.28, 0.02), (0.30, 0.10, 0.20, 0.40),
        0.10, 0.02, 0.01, 0.008, 9.2,
        (0.45, 0.22, 0.05, 0.22, 0.12, 0.14), (-0.4, -0.5, 0, 0, 0, 0), -0.2, 0.95, "reliable_partner",
        {"employees": 3.8, "industry": (0.80, 0.02, 0.15, 0.03)},
    ),
)  # fmt: skip

CATEGORIES = {
    "Reagents": {"Buffer": 38, "Enzyme": 120, "Antibody": 210, "Dye": 64, "Primer": 28},
    "Solvents": {"Ethanol": 42, "Acetonitrile": 95, "Methanol": 39, "Acetone": 31, "Hexane": 70},
    "Consumables": {"Pipette tips": 24, "Gloves": 12, "Tubes": 18, "Plates": 66, "Filters": 48},
    "Standards": {
        "Reference standard": 260,
        "Calibration kit": 310,
        "Control": 140,
        "pH set": 52,
        "Weights": 190,
    },
    "Instruments": {"Pipette": 240, "Vortex mixer": 320, "Shaker": 780, "Balance": 1400, "Water bath": 690},
}

ACTIONS = (
    Action("shipping_notice", "A notice for each delayed shipment", 456, "late_shipments",
           ("procurement", "regulated"), "operations", 40.0, 0.5, 0.8, 1.10, 639, "kept"),
    Action("one_invoice", "One invoice a month with the order numbers", 500, "wrong_invoices",
           ("procurement",), "sales", 25.0, 1.0, 0.4, 1.0, 763),
)  # fmt: skip

KINDS = (
    Kind("Newsletter", "contact", 0.20, 1.2, ("e-mail",), True, 25),
    Kind("Trade fair", "contact", 0.03, 2.0, ("visit",), False, 900),
    Kind("Webinar", "interest", 0.08, 1.5, ("web",), True, 2400),
    Kind("Product search", "interest", 0.40, 0.8, ("portal",), True, 120),
    Kind("Account manager visit", "interest", 0.10, 0.4, ("visit", "phone"), False, 2700),
    Kind("Technical support", "experience", 0.10, 0.0, (), False, 600),
    Kind("Invoice question", "loyalty", 0.04, 0.0, ("e-mail", "phone"), False, 420),
)

DEMO_B2B = Plan(
    name="demo_b2b",
    prefix="C",
    segments=SEGMENTS,
    touchpoints=TOUCHPOINTS,
    pains=PAINS,
    actions=ACTIONS,
    channels=("portal", "e-mail", "phone", "edi"),
    services=("phone", "chat", "e-mail", "visit"),
    categories=CATEGORIES,
    plans={"Standard": 0.0, "Framework": 90.0, "Framework Plus": 240.0},
    languages={"en": 0.60, "de": 0.30, "pt": 0.10},
    brand="Reagenta",
    competitor="Labor Nord",
    odd=("Technical support", "phone", -0.8),
    spoils=(1, 2),
    slow_pages=2,
    online=("portal",),
    kinds=KINDS,
    waves=(60, 180, 300, 420, 540, 660),
    prospects=0.05,
    lines=2.0,
    spread=(0.45, 0.40),
    focus=10.0,
    alike=0.4,
    contacts=2.5,
)
