"""Link types: what a link is for. GS1's own have names in its web vocabulary; any other type is a full https URI."""

import re

GS1 = "https://ref.gs1.org/voc/"
DEFAULT = f"{GS1}defaultLink"
DEFAULT_MULTI = f"{GS1}defaultLinkMulti"
TRACEABILITY, PIP, VERIFICATION = f"{GS1}traceability", f"{GS1}pip", f"{GS1}verificationService"
LINKSET = frozenset({"linkset", "all"})  # `all` is what `linkset` was called before release 1.0 of the standard

_ALIASES = re.compile(r"(?:gs1:|https?://(?:ref\.|www\.)?gs1\.org/voc/)(\w+)")
# What the linkset's schema takes as the name of a link type.
_URI = re.compile(r"https://[A-Za-z0-9./]+")

NAMES: dict[str, str] = {
    "pip": "Product information page",
    "traceability": "Traceability",
    "instructions": "Instructions",
    "certificationInfo": "Certificates",
    "safetyInfo": "Safety",
    "recallStatus": "Recall status",
    "ingredientsInfo": "Ingredients",
    "allergenInfo": "Allergens",
    "nutritionalInfo": "Nutrition",
    "recipeInfo": "Recipes",
    "consumerHandlingStorageInfo": "Handling and storage",
    "sustainabilityInfo": "Sustainability and recycling",
    "productSustainabilityInfo": "Product sustainability",
    "dpp": "Digital product passport",
    "masterData": "Master data",
    "epcis": "EPCIS repository",
    "logisticsInfo": "Logistics",
    "locationInfo": "Location",
    "openingHoursInfo": "Opening hours",
    "verificationService": "Verification service",
    "support": "Support",
    "faqs": "Frequently asked questions",
    "quickStartGuide": "Quick start guide",
    "tutorial": "Tutorial",
    "whatsInTheBox": "What is in the box",
    "registerProduct": "Register the product",
    "serviceInfo": "Service and repair",
    "purchaseSuppliesOrAccessories": "Supplies and accessories",
    "hasRetailers": "Where to buy",
    "promotion": "Promotion",
    "loyaltyProgram": "Loyalty programme",
    "review": "Reviews",
    "leaveReview": "Leave a review",
    "reportFound": "Report a found item",
    "homepage": "Home page",
    "socialMedia": "Social media",
    "subscribe": "Subscribe",
    "relatedImage": "Picture",
    "relatedVideo": "Video",
    "eventsInfo": "Events",
    "menuInfo": "Menu",
    "paymentLink": "Payment",
    "scheduleTime": "Book a time",
    "activityIdeas": "Ideas for use",
    "appDownload": "App",
    "careersInfo": "Careers",
    "brandHomepageClinical": "Brand page for clinicians",
    "brandHomepagePatient": "Brand page for patients",
    "eifu": "Electronic instructions for use",
    "epil": "Patient information leaflet",
    "smpc": "Summary of product characteristics",
    "smartLabel": "SmartLabel",
    "statisticInfo": "Statistics",
    "jws": "JSON Web Signature",
    "registryEntry": "Registry entry",
    "userAgreement": "Terms of use",
    "handledBy": "Handled by another resolver",
}
"""Types that links of ours may have, by their name in GS1's vocabulary; the first ones are offered first."""


def normal(text: str) -> str:
    """A link type as its full URI: `gs1:pip` and the vocabulary's other addresses are the same type."""
    match = _ALIASES.fullmatch(text)
    return GS1 + match[1] if match else text


def fault(link_type: str) -> str:
    """Why a link may not have this type (a full URI), in words; empty if it may."""
    if link_type in (DEFAULT, DEFAULT_MULTI):
        return "Choose what the link is about; that it is the default is said apart."
    if link_type.startswith(GS1):
        known = link_type.removeprefix(GS1) in NAMES
        return "" if known else f"GS1's vocabulary has no link type {link_type.removeprefix(GS1)[:60]!r}."
    if _URI.fullmatch(link_type):
        return ""
    return "Write gs1: and a name of GS1's vocabulary, or a full https address of letters, digits, dots and slashes."


def name_of(link_type: str) -> str:
    """In words."""
    return NAMES.get(link_type.removeprefix(GS1), link_type)
