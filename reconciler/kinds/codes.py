"""The findings that kinds make while they expand entries: business rules of one kind, found without any cloud.

They stand here and not in `model.codes` because a code belongs beside the rule that makes it; the blocks RC240 to RC259
and RC280 to RC299 are theirs. Must not: name a code that another module uses; ids are never reused or renumbered.

Questionable on purpose: a mistake in a plan template is found by every user of the plan, and its finding carries no
origin (a kind does not know where the template stands). Such findings are equal, so whoever collects them keeps one and
can put the template's place on it.
"""

from __future__ import annotations

from reconciler.model.finding import Code, Severity

UNUSABLE_NAME = Code("RC240", Severity.ERROR, "Unusable name")
UNKNOWN_PLAN = Code("RC241", Severity.ERROR, "Unknown plan")
NOT_IN_CATALOG = Code("RC242", Severity.ERROR, "Product that is not in the catalog")
AMBIGUOUS_PART_NUMBER = Code("RC243", Severity.ERROR, "Ambiguous part number")
CONTRADICTING_SERVICE_PLANS = Code("RC244", Severity.ERROR, "Contradicting service plans")
DISPLAY_NAME_MISSING = Code("RC245", Severity.WARNING, "Display name missing")
PLAN_WITHOUT_PRODUCT = Code("RC246", Severity.ERROR, "Plan without a product")
NOT_OURS_TO_DELETE = Code("RC247", Severity.ERROR, "Deletion of what is kept elsewhere")
NO_USAGE_LOCATION = Code("RC248", Severity.ERROR, "License without a usage location")
UNKNOWN_SERVICE_PLAN = Code("RC249", Severity.ERROR, "Unknown service plan")
NO_PART_NUMBER = Code("RC250", Severity.ERROR, "Product whose part number is not known")
LICENSED_GROUP = Code("RC251", Severity.ERROR, "Deletion of a group with licenses")
TOO_MANY_OWNERS = Code("RC252", Severity.ERROR, "More owners than a group can have")
FIXED_VISIBILITY = Code("RC253", Severity.ERROR, "Visibility that is fixed")
EXCLUSIVE_PRODUCTS = Code("RC254", Severity.ERROR, "Products that exclude each other")
LAST_OWNER = Code("RC255", Severity.ERROR, "Last owner of a group")
ADDRESS_DOUBTED = Code("RC256", Severity.ERROR, "Address that Microsoft does not know")
NOT_THE_COUNTRYS = Code("RC257", Severity.ERROR, "Value that the country does not have")
ADDRESS_UNCHECKED = Code("RC258", Severity.WARNING, "Address that could not be checked")
ADDRESS_WRITTEN_OTHERWISE = Code("RC259", Severity.ADVICE, "Address that Microsoft writes differently")
NOT_OURS_TO_RESET = Code("RC280", Severity.ERROR, "Password that is kept elsewhere")
ADMINISTRATOR = Code("RC281", Severity.WARNING, "Change that few may make to an administrator")
