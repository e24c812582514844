"""demo: Marktkorb, a made-up grocer with a web shop, an app, stores, home delivery and a service line."""

from __future__ import annotations

from personas.simulation.plans import Action, Kind, Pain, Plan, Segment, Touchpoint

TOUCHPOINTS = (
    Touchpoint("Delivery", "experience", 0.85, 0.97, expected=True),
    Touchpoint("Product quality", "experience", 0.65, 0.98),
    Touchpoint("Online shop", "purchase", 0.45, 0.96, expected=True),
    Touchpoint("Offers and prices", "interest", 0.30, 0.97),
    Touchpoint("Customer service", "experience", 0.22, 0.93),
    Touchpoint("Store", "purchase", 0.10, 0.92),
    Touchpoint("Returns", "experience", 0.04, 0.90),
)

PAINS = (
    Pain("late_delivery", "Deliveries come late", 0, 0.55, "Delivery care"),
    Pain("poor_freshness", "Fresh food is not fresh", 1, 0.45, "Quality desk"),
    Pain("app_failures", "The app and the checkout fail", 2, 0.40, "Digital help"),
    Pain("unclear_prices", "Prices and offers are not what was promised", 3, 0.35, "Billing"),
    Pain("long_waits", "Long waits for customer service", 4, 0.40, "Service line"),
    Pain("crowded_store", "Stores are crowded and shelves empty", 5, 0.10, "Store desk"),
    Pain("refund_delay", "Refunds take too long", 6, 0.60, "Billing"),
)

# Shares in the order of CHANNELS, SERVICES and CATEGORIES below.
SEGMENTS = (
    Segment(
        "family", "Weekly family shoppers", 0.26, 2.6, 92,
        (0.52, 0.36, 0.10, 0.02), (0.14, 0.14, 0.14, 0.09, 0.20, 0.10, 0.05, 0.14), (0.25, 0.40, 0.30, 0.05),
        0.14, 0.30, 0.35, 0.010, 9.3,
        (0.42, 0.12, 0.10, 0.15, 0.10, 0.04, 0.06), (-0.3, 0, 0, -0.3, 0, 0, 0),
        -0.4, 0.75, "friendly_drivers",
        {"age": (41, 6), "income": 0.3, "household": 3.9, "children": 0.85, "female": 0.56, "digital": 3.7,
         "price": 3.0, "quality": 3.6, "time": 4.3},
    ),
    Segment(
        "fresh", "Fresh food enthusiasts", 0.21, 3.3, 43,
        (0.14, 0.28, 0.56, 0.02), (0.38, 0.20, 0.16, 0.10, 0.06, 0.05, 0.02, 0.03), (0.20, 0.35, 0.25, 0.20),
        0.08, 0.25, 0.45, 0.015, 9.6,
        (0.12, 0.45, 0.10, 0.10, 0.06, 0.12, 0.05), (0, -0.8, 0, 0, 0, -0.4, 0), -0.2, 0.40, "local_produce",
        {"age": (48, 10), "income": 0.8, "household": 2.2, "children": 0.25, "female": 0.60, "digital": 3.3,
         "price": 2.3, "quality": 4.6, "time": 2.9},
    ),
    Segment(
        "bargain", "Bargain hunters", 0.18, 1.4, 58,
        (0.66, 0.18, 0.15, 0.01), (0.08, 0.09, 0.09, 0.06, 0.28, 0.15, 0.07, 0.18), (0.20, 0.30, 0.45, 0.05),
        0.48, 0.45, 0.50, 0.035, 8.9,
        (0.12, 0.13, 0.12, 0.50, 0.12, 0.10, 0.22), (0, 0, 0, -1.5, 0, 0, -1.0), -0.9, 0.30, "good_coupons",
        {"age": (38, 11), "income": -0.9, "household": 2.6, "children": 0.40, "female": 0.52, "digital": 3.9,
         "price": 4.7, "quality": 2.7, "time": 2.8},
    ),
    Segment(
        "convenience", "Evening app orderers", 0.15, 2.1, 29,
        (0.08, 0.86, 0.05, 0.01), (0.06, 0.06, 0.06, 0.05, 0.07, 0.25, 0.41, 0.04), (0.10, 0.70, 0.18, 0.02),
        0.18, 0.75, 0.42, 0.045, 9.0,
        (0.28, 0.08, 0.46, 0.12, 0.14, 0.03, 0.08), (0, 0, -1.1, 0, -0.4, 0, 0), -0.9, 0.55, "quick_slots",
        {"age": (29, 5), "income": 0.1, "household": 1.5, "children": 0.06, "female": 0.45, "digital": 4.7,
         "price": 3.1, "quality": 3.0, "time": 4.6},
    ),
    Segment(
        "traditional", "Store and telephone regulars", 0.12, 1.7, 48,
        (0.06, 0.02, 0.70, 0.22), (0.18, 0.18, 0.18, 0.15, 0.15, 0.07, 0.03, 0.06), (0.70, 0.03, 0.07, 0.20),
        0.20, 0.06, 0.18, 0.012, 9.3,
        (0.06, 0.14, 0.24, 0.12, 0.48, 0.20, 0.05), (0, 0, -0.3, 0, -1.8, -0.5, 0), -0.1, 0.35, "store_staff",
        {"age": (67, 7), "income": -0.2, "household": 1.7, "children": 0.03, "female": 0.55, "digital": 1.9,
         "price": 3.3, "quality": 3.9, "time": 2.2},
    ),
    Segment(
        "occasional", "Occasional fillers-in", 0.08, 0.6, 38,
        (0.40, 0.35, 0.22, 0.03), (0.10, 0.08, 0.10, 0.07, 0.15, 0.20, 0.18, 0.12), (0.20, 0.45, 0.30, 0.05),
        0.25, 0.45, 0.45, 0.030, 8.8,
        (0.20, 0.12, 0.24, 0.26, 0.18, 0.06, 0.10), (0, 0, 0, -0.4, 0, 0, 0), -1.2, 0.20, "wide_range",
        {"age": (36, 12), "income": 0.0, "household": 2.0, "children": 0.22, "female": 0.50, "digital": 3.8,
         "price": 3.5, "quality": 3.1, "time": 3.5},
        blend=("bargain", "convenience"),
    ),
)  # fmt: skip

CATEGORIES = {
    "Fruit and vegetables": {"Apples": 3.2, "Salad": 1.9, "Tomatoes": 3.4, "Potatoes": 2.9, "Berries": 3.9},
    "Meat and fish": {"Chicken": 7.5, "Minced beef": 6.2, "Salmon": 9.8, "Ham": 3.9, "Vegetarian mince": 4.2},
    "Dairy": {"Milk": 1.4, "Yoghurt": 2.1, "Cheese": 4.4, "Butter": 2.8, "Eggs": 3.3},
    "Bakery": {"Bread": 3.1, "Rolls": 1.8, "Croissants": 2.6, "Cake": 5.9, "Wraps": 2.4},
    "Pantry": {"Pasta": 1.7, "Rice": 2.5, "Tinned tomatoes": 1.3, "Cereal": 3.7, "Coffee": 7.4},
    "Drinks": {"Water": 4.1, "Juice": 2.7, "Beer": 8.9, "Wine": 7.9, "Lemonade": 5.2},
    "Ready meals": {"Pizza": 4.5, "Curry bowl": 6.4, "Soup": 3.8, "Sushi box": 9.2, "Lasagne": 5.6},
    "Household": {"Washing powder": 8.4, "Kitchen roll": 4.3, "Nappies": 11.9, "Soap": 2.3, "Bin bags": 2.9},
}

ACTIONS = (
    Action("live_tracking", "Live tracking and a one-hour window for deliveries", 456, "late_delivery",
           ("family", "convenience"), "operations", 6.5, 0.6, 0.9, 1.12, 639, "kept"),
    Action("app_vouchers", "Apology vouchers after failed checkouts", 486, "app_failures",
           ("convenience",), "marketing", 5.0, 0.5, 0.0, 1.0, 609, "stopped"),
    Action("price_labels", "Clear price labels on every offer", 517, "unclear_prices",
           ("bargain",), "marketing", 0.8, 1.0, 0.3, 1.0, 763),
)  # fmt: skip

KINDS = (
    Kind("Newsletter", "contact", 0.22, 0.7, ("e-mail",), True, 20),
    Kind("Social advertisement", "contact", 0.10, 1.5, ("social",), True, 12),
    Kind("Referral invite", "loyalty", 0.02, 0.0, ("app", "e-mail"), True, 30),
    Kind("Product search", "interest", 0.24, 1.2, ("web", "app"), True, 95),
    Kind("Offer page", "interest", 0.14, 1.0, ("web", "app"), True, 45),
    Kind("Customer service", "experience", 0.05, 0.1, (), False, 310),
    Kind("Returns", "experience", 0.02, 0.0, ("web", "store"), True, 240),
    Kind("Loyalty club", "loyalty", 0.05, 0.0, ("app", "web"), True, 60),
)

DEMO = Plan(
    name="demo",
    prefix="D",
    segments=SEGMENTS,
    touchpoints=TOUCHPOINTS,
    pains=PAINS,
    actions=ACTIONS,
    channels=("web", "app", "store", "phone"),
    services=("phone", "chat", "e-mail", "store"),
    categories=CATEGORIES,
    plans={"Basic pass": 4.99, "Plus pass": 8.99, "Family pass": 12.99},
    languages={"en": 0.68, "de": 0.21, "pt": 0.11},
    brand="Marktkorb",
    competitor="Frischhof",
    odd=("Customer service", "phone", -0.9),
    spoils=(1, 3),
    slow_pages=2,
    online=("web", "app"),
    kinds=KINDS,
    waves=(45, 136, 228, 320, 411, 502, 594, 685),
    prospects=0.06,
    lines=1.5,
    spread=(0.40, 0.30),
    focus=11.0,
)
