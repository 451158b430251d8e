"""Every finding this tool can make: one line each, a stable id that is never reused or renumbered.

Grouped by hundred: RC1xx files, RC2xx references and business rules, RC3xx gates, RC4xx live findings, RC5xx advice,
RC6xx policies over what a plan leaves, RC7xx invoices. The title is a noun phrase without full stop; what is wrong here
and now stands in the finding's detail. Ids are written by hand and not counted, so that a line added in the middle
renames nothing; the price is that two authors can take the same number, which the test of this module refuses.
"""

from __future__ import annotations

from reconciler.model.finding import Code, Severity

# RC1xx: files
BROKEN_YAML = Code("RC101", Severity.ERROR, "Broken YAML")
DUPLICATE_KEY = Code("RC102", Severity.ERROR, "Duplicate key")
TAB_INDENTATION = Code("RC103", Severity.ERROR, "Tab in the indentation")
NOT_UTF8 = Code("RC104", Severity.ERROR, "File that is not UTF-8")
CONTROL_CHARACTER = Code("RC105", Severity.ERROR, "Control character")
UNKNOWN_TAG = Code("RC106", Severity.ERROR, "Unknown tag")
MERGE_KEY = Code("RC107", Severity.ERROR, "Merge key")
UNKNOWN_ALIAS = Code("RC108", Severity.ERROR, "Alias without an anchor")
TOO_MANY_ALIASES = Code("RC109", Severity.ERROR, "Too many aliases")
TOO_DEEP = Code("RC110", Severity.ERROR, "Nesting too deep")
FILE_TOO_LARGE = Code("RC111", Severity.ERROR, "File too large")
KEY_NOT_TEXT = Code("RC112", Severity.ERROR, "Key that is not text")
NOT_A_MAP = Code("RC113", Severity.ERROR, "Document that is not a map")
OUTSIDE_FOLDER = Code("RC114", Severity.ERROR, "Link that leaves the folder")
SPECIAL_FILE = Code("RC115", Severity.ERROR, "Special file")
UNREADABLE_FILE = Code("RC116", Severity.ERROR, "Unreadable file")
NUMBER_TOO_LARGE = Code("RC117", Severity.ERROR, "Number too large")
UNUSUAL_CHARACTER = Code("RC118", Severity.ERROR, "Invisible character that changes the meaning")
FURTHER_MISTAKES = Code("RC119", Severity.ERROR, "Further mistakes")
ESCAPED_CONTROL = Code("RC120", Severity.WARNING, "Control character in a text")

# RC13x-RC14x: what the files say, held against what may stand there
UNKNOWN_KEY = Code("RC131", Severity.ERROR, "Unknown key")
COMES_LATER = Code("RC132", Severity.ERROR, "Feature that comes later")
MISSING_KEY = Code("RC133", Severity.ERROR, "Missing key")
WRONG_TYPE = Code("RC134", Severity.ERROR, "Value of the wrong type")
VALUE_NOT_ALLOWED = Code("RC135", Severity.ERROR, "Value that is not allowed")
KEY_NOT_ALLOWED = Code("RC136", Severity.ERROR, "Key that is not allowed")
DECLARED_TWICE = Code("RC137", Severity.ERROR, "Second declaration")
NO_CUSTOMER_NAMED = Code("RC138", Severity.ERROR, "Section without a customer")
UNKNOWN_CUSTOMER = Code("RC139", Severity.ERROR, "Unknown customer")
SETTING_ELSEWHERE = Code("RC140", Severity.ERROR, "Setting outside the settings file")
SECOND_SETTINGS = Code("RC141", Severity.ERROR, "Second settings file")
NO_SETTINGS = Code("RC142", Severity.ERROR, "No settings file")
UNKNOWN_VERSION = Code("RC143", Severity.ERROR, "Unknown version of the files")
PATH_OUTSIDE = Code("RC144", Severity.ERROR, "Path that leaves the folder")

# RC2xx: references and business rules
BROKEN_EXTENDS = Code("RC201", Severity.ERROR, "Broken chain of plans")
STAYS_SHUT = Code("RC203", Severity.WARNING, "New tenant that nobody may enter")
TWO_OWNERS = Code("RC202", Severity.ERROR, "Two owners of one value")

# RC3xx: gates
NO_SEATS = Code("RC301", Severity.ERROR, "License pool too small")
SWAP_WITHOUT_SEAT = Code("RC302", Severity.ERROR, "Circle of moves without a spare seat")
PROTECTED = Code("RC303", Severity.ERROR, "Protected resource")
NO_RECIPIENTS = Code("RC304", Severity.ERROR, "Password that nobody could read")
TOO_MANY_REMOVALS = Code("RC305", Severity.ERROR, "More removals than allowed")
TOO_MANY_SEATS = Code("RC306", Severity.ERROR, "More seats than allowed")
TOO_COSTLY = Code("RC307", Severity.ERROR, "More cost than allowed")
TOO_MANY_CUSTOMERS = Code("RC308", Severity.ERROR, "More customers than allowed")
NEEDS_BLOCKED = Code("RC309", Severity.ERROR, "Row that needs a blocked one")
LAST_ADMIN = Code("RC310", Severity.ERROR, "Last global administrator")
LAST_MAILBOX_PLAN = Code("RC311", Severity.ERROR, "Last license with a mailbox")
NEEDS_EACH_OTHER = Code("RC312", Severity.ERROR, "Rows that need each other")
LOOKS_LIKE_A_RENAME = Code("RC313", Severity.ERROR, "Rename that looks like two people")
WAITS_FOR_SEATS = Code("RC330", Severity.WARNING, "License that waits for the distributor's seats")
CANNOT_BE_ORDERED = Code("RC314", Severity.ERROR, "Subscription that cannot be ordered")
DISRUPTIVE = Code("RC315", Severity.ERROR, "Service that is taken away")
CANNOT_END_SO = Code("RC316", Severity.ERROR, "Subscription that cannot end so")
TOO_MANY_SEATS_REMOVED = Code("RC317", Severity.ERROR, "More seats given back than allowed")

# RC21x-RC23x: policies
SAME_PARTNER_TENANT = Code("RC210", Severity.ERROR, "Two connections to one partner tenant")
NO_CONNECTION = Code("RC211", Severity.ERROR, "Customer without one connection")
OUT_OF_REGION = Code("RC212", Severity.ERROR, "Country outside the connection's region")
UNKNOWN_REGION = Code("RC213", Severity.ERROR, "Unknown region")
FOREIGN_DOMAIN = Code("RC214", Severity.ERROR, "Domain that the customer does not have")
USAGE_LOCATION_MISSING = Code("RC215", Severity.ERROR, "Usage location missing")
NO_SEAT_SOURCE = Code("RC216", Severity.ERROR, "Plan without a seat source")
REMOVED_AND_DECLARED = Code("RC217", Severity.ERROR, "Declared and removed at once")
PROTECTED_AND_REMOVED = Code("RC218", Severity.ERROR, "Protected and removed at once")
MOVED_IN_CIRCLES = Code("RC219", Severity.ERROR, "Move that leads nowhere")
SEATS_OUT_OF_BOUNDS = Code("RC220", Severity.ERROR, "Seats outside the product's bounds")
DUPLICATE_SUBSCRIPTION = Code("RC221", Severity.ERROR, "Two entries for one subscription")
SAME_TENANT = Code("RC222", Severity.ERROR, "Two customers with one tenant")
CUSTOMER_VANISHED = Code("RC224", Severity.ERROR, "Customer that vanished from the files")
UNKNOWN_SERVICE_PLAN = Code("RC223", Severity.ERROR, "Unknown service plan")
TERM_NOT_SOLD = Code("RC225", Severity.ERROR, "Term that the product is not sold with")
TERM_NOT_LISTED = Code("RC226", Severity.WARNING, "Term that the catalog does not list")
WITHDRAWN = Code("RC227", Severity.WARNING, "Offer that was withdrawn")
PREREQUISITE_MISSING = Code("RC228", Severity.WARNING, "Add-on without what it needs")
CATALOG_OLD = Code("RC229", Severity.WARNING, "Catalog that is old")

# RC23x: customers to be made
UNUSABLE_DOMAIN = Code("RC230", Severity.ERROR, "Domain that no new tenant can have")
UNUSABLE_COMPANY = Code("RC231", Severity.ERROR, "Company or contact that Microsoft does not take")
ODD_COMPANY = Code("RC232", Severity.WARNING, "Unusual company name")
CANNOT_BE_MADE = Code("RC233", Severity.ERROR, "Customer that this connection cannot make")
NOBODYS_CUSTOMER = Code("RC234", Severity.WARNING, "New customer of no reseller")
COUNTRY_WANTS = Code("RC235", Severity.ERROR, "Value that the country wants otherwise")
AGREED_LATER = Code("RC237", Severity.ERROR, "Agreement of a day to come")
NEEDS_PERSON = Code("RC239", Severity.ERROR, "Operation that needs a person")
NO_ROOM = Code("RC238", Severity.ERROR, "More than an integration sandbox takes")

# RC26x: prices
PRICES_OVERLAP = Code("RC260", Severity.ERROR, "Two prices that hold at the same time")
PRICE_OF_NOTHING = Code("RC261", Severity.WARNING, "Price of something that is not sold")
PRICE_FOR_NOBODY = Code("RC262", Severity.WARNING, "Price in a currency that no customer has")
PRICE_BELOW_COST = Code("RC263", Severity.WARNING, "Price below the cost")
SOLD_WITHOUT_PRICE = Code("RC264", Severity.WARNING, "Subscription without a price")
PRICE_NOT_TODAY = Code("RC265", Severity.WARNING, "Price that does not hold today")

# RC27x: plan templates and what is sold together
PLAN_WITHOUT_ANCESTOR = Code("RC270", Severity.ERROR, "Plan without what its add-on needs")
ENDLESS_NEEDS = Code("RC271", Severity.ERROR, "Products that need each other")
PLAN_NOT_VISIBLE = Code("RC272", Severity.ERROR, "Plan of other resellers")
PLAN_WITHOUT_BASE = Code("RC273", Severity.ERROR, "Plan without one base")
PLAN_SEATS = Code("RC274", Severity.ERROR, "Seats that the plan does not have")
OFFERS_EXCLUDE = Code("RC275", Severity.ERROR, "Products that no tenant has together")
PLANS_EXCLUDE = Code("RC276", Severity.ERROR, "Service plans that nobody has together")
CLOSED_TO_RESELLER = Code("RC278", Severity.ERROR, "Operation that an indirect reseller cannot do")
ITEM_MISTAKEN = Code("RC279", Severity.ERROR, "Item that is something else")
SERVICE_PLAN_NEEDED = Code("RC277", Severity.WARNING, "Service plan without what it needs")

# RC4xx: live findings
SEVERAL_CANDIDATES = Code("RC401", Severity.ERROR, "Several candidates")
NOT_THERE = Code("RC402", Severity.ERROR, "Resource that is not there")
NOT_OURS = Code("RC403", Severity.WARNING, "Value that is kept elsewhere")
RENEWAL_LET_GO = Code("RC404", Severity.WARNING, "Renewal schedule that is not put back")
MEMBER_WITHOUT_LICENSE = Code("RC405", Severity.WARNING, "Member without a license of the group")
SOMEBODY_ELSES = Code("RC406", Severity.WARNING, "Account that somebody else may have made")
RETURNS_WITHOUT_SEAT = Code("RC407", Severity.WARNING, "License that comes back without a seat")
NOT_ORDERED_AGAIN = Code("RC408", Severity.ERROR, "Subscription that is gone")
FOUND_SUSPENDED = Code("RC409", Severity.WARNING, "Subscription that somebody suspended")
DOMAIN_TAKEN = Code("RC410", Severity.ERROR, "Domain that is taken")
OTHER_COMPANY = Code("RC411", Severity.ERROR, "Tenant of another company")
THERE_ALREADY = Code("RC412", Severity.WARNING, "Tenant that was there already")
NO_SUCH_TENANT = Code("RC413", Severity.ERROR, "Tenant that nobody has")
MAY_NOT_BUY = Code("RC414", Severity.WARNING, "Account that may not buy yet")
SERVICE_ENDS = Code("RC415", Severity.WARNING, "People whose seats end with a term")
LEDGER_UNUSABLE = Code("RC490", Severity.WARNING, "Ledger that cannot be used")
RECORD_UNUSABLE = Code("RC491", Severity.WARNING, "Record of transactions that cannot be written")

# RC5xx: advice
SEATS_STRANDED = Code("RC501", Severity.ADVICE, "Seats that nobody needs and that cannot go yet")
SEATS_SPARE = Code("RC502", Severity.ADVICE, "Seats that nobody needs")
MAYBE_THE_SAME = Code("RC504", Severity.ADVICE, "Two who may be one")
MUST_ACCEPT = Code("RC505", Severity.ADVICE, "Customer that has to accept an invitation")
NOBODY_NEEDS = Code("RC506", Severity.ADVICE, "Subscription that nobody needs yet")
TERM_TURNS = Code("RC507", Severity.ADVICE, "Subscription at the end of its term")
WAITS_FOR_ACTIVE = Code("RC508", Severity.ADVICE, "Value of a subscription that does not run")
SEAT_LENT = Code("RC560", Severity.ADVICE, "Seat for the time of a swap")
PRICE_MISSING = Code("RC503", Severity.WARNING, "Price that is not known")
ASK_FOR_SEATS = Code("RC530", Severity.ADVICE, "Seats to ask the distributor for")
ASK_TO_TAKE_BACK = Code("RC531", Severity.ADVICE, "Seats that the distributor may take back")
MARGIN_UNKNOWN = Code("RC520", Severity.WARNING, "Margin that is not known")

# RC6xx: policies over what a plan leaves; their severity is what the settings say
POLICY_UNASSIGNED = Code("RC601", Severity.WARNING, "More unassigned seats than allowed")
POLICY_TRIAL = Code("RC602", Severity.WARNING, "Trial that turns into a paid subscription")
POLICY_TERM = Code("RC603", Severity.WARNING, "End of a term that nobody has decided")
POLICY_BASE = Code("RC604", Severity.WARNING, "Person with several base licenses")
WAIVER_EXPIRED = Code("RC610", Severity.WARNING, "Waiver that has expired")
WAIVER_UNUSED = Code("RC611", Severity.WARNING, "Waiver that excuses nothing")

# RC7xx: invoices held against what we know
INVOICE_SUM = Code("RC701", Severity.ERROR, "Invoice that does not add up")
BILLED_NOBODY = Code("RC702", Severity.ERROR, "Billed customer that no file has")
BILLED_UNKNOWN = Code("RC703", Severity.ERROR, "Billed subscription that nobody knows")
PRICE_BILLED = Code("RC704", Severity.ERROR, "Billed price that is not the catalog's")
SEATS_BILLED = Code("RC705", Severity.ERROR, "Billed seats that are not those on record")
CHARGE_DAYS = Code("RC706", Severity.ERROR, "Charge that does not follow from its days")
CREDIT_MISSING = Code("RC707", Severity.ERROR, "Seats given back without a credit")
BILLED_UNPRICED = Code("RC708", Severity.WARNING, "Billed price that cannot be checked")
NOT_BILLED = Code("RC709", Severity.WARNING, "Subscription that was not billed")
