"""What Partner Center says when it refuses: one exception, two body shapes, the texts of the codes in use.

A rule raises `refuse(400, 800090)`; the transport turns it into the body. The key is (HTTP status, code), because
Microsoft uses the same number twice (2006 is both a 403 and a 400).
It must not know routes or rules, and it holds only codes that some rule of this package raises.

Texts: Microsoft Learn "Error codes" (partner-center/developer/error-codes, read 2026-11), the wording of the page;
where a response sample of another page prints the sentence differently, the sample wins (800090: "cannot").
The decision a reader would question: `data` stays empty. The page promises the arguments there, every sample
shows `[]`, and a client that depends on it would break on the real service.
"""

from dataclasses import dataclass

from reconciler.sandbox.call import Answer, Refused
from reconciler.sandbox.partner.casing import Json

# Learn "Error codes"; {0}, {1} are the service's own placeholders.
TEXTS: dict[tuple[int, int], str] = {
    (403, 2032): "Access denied",
    (400, 27006): "Use limit is exceeded for Offer ID",
    (400, 27007): "Invalid promotion code",
    # Not on the page; the text is that of the purchase experience (fact sheet 4.1).
    (400, 400041): "The addon is not purchasable without a compatible base product",
    (400, 2001): "Subscription quantity can't be increased or decreased while subscription is being suspended",
    (400, 2002): "Subscription quantity isn't within minimum and maximum allowed quantity",
    (400, 2011): "Subscription with ID {0} and deleted status can't be updated.",
    (400, 2055): "Etag is no longer valid",
    (400, 3000): "Invalid property",
    (400, 600002): "Organization registration ID value isn't supported",
    (400, 600049): "Organization registration ID information is missing",
    (400, 600050): "Organization registration ID information is invalid and should be of the format {0}",
    (400, 600051): "Customer phone number is missing",
    (400, 800002): "Invalid request input",
    (400, 800009): "Error in Cart item(s)",
    (400, 800012): "This subscription isn't an active subscription",
    (400, 800016): "PartnerID isn't a valid Indirect Reseller",
    (400, 800018): "The sandbox limit has been met",
    (400, 800040): "Asset status can't be changed to {0} from {1}",
    (400, 800065): "can't check out an already submitted cart {0}.",
    (400, 800090): "Subscription quantity cannot be decreased.",
    (400, 800091): "Can't update a subscription with suspended status",
    (400, 800093): "The subscription isn't eligible to be auto-renewed",
    (400, 800095): "Can't update the seat quantity for this subscription",
    (400, 800096): "Can't update the status for this subscription",
    (400, 800097): "Can't update the billing cycle for this subscription",
    (400, 800107): "Term changes are not supported for trial offers.",
    (400, 800121): "The term duration provided is invalid.",
    (400, 800122): "The target term duration cannot be shorter than the current term duration.",
    (400, 900117): "You have passed your {0}-day cancellation window. We are unable to cancel your purchase",
    (400, 900126): "Unable to parse enum: {0} For more information, please visit {1}",
    (400, 900203): "CatalogItemId: {0} requires attestation acceptance.",
    (400, 900206): "Partner Attestation is missing",
    (400, 900236): (
        "The target transition ToSubscriptionId field is invalid. Target subscription CommitmentEndDate must be later "
        "than source subscription"
    ),
    (400, 900242): (
        "The custom term end date specified for line item {0} does not match with the end date of any active "
        "non-trial OnlineServicesNCE subscription or align with the end of the calendar month."
    ),
    (400, 900246): (
        "The custom term end date specified on the scheduled next term instructions does not match with the end date "
        "of any active non-trial OnlineServicesNCE subscription or align with the end of the calendar month."
    ),
    (400, 900245): (
        "The custom term end date specified on the scheduled next term instructions must be within the first term "
        "duration after renewal."
    ),
    (400, 900258): ("The target transition ToSubscriptionId field is invalid. Target subscription must be active."),
    (400, 900259): (
        "The target transition ToSubscriptionId field is invalid. Target subscription id can't be the same as the "
        "source subscription ID."
    ),
    (400, 900260): (
        "The target transition ToSubscriptionId field is invalid. Target subscription must have the same CatalogItemId "
        "as in the transition request."
    ),
    (400, 900261): (
        "The target transition ToSubscriptionId field is invalid. The target subscription is not ready to be upgraded. "
        "Please try again after sometime."
    ),
    (400, 900267): "Target transition can't have a term duration shorter than that of the source subscription.",
    (400, 900268): "The term duration on the target transition is invalid.",
    (400, 900269): "The billing cycle is invalid.",
    (400, 900270): "The billing cycle cannot be longer than the term.",
    (400, 900275): "The requested quantity for line item {0} is not within the allowed quantity for this offer.",
    (400, 900277): (
        "Your subscription is in the process of being expired. No further updates are allowed on this subscription."
    ),
    (400, 900279): "Update operations are no longer allowed for this subscription.",
    (400, 900280): "Update operations are currently not allowed for this subscription.",
    (400, 900311): (
        "This subscription has been updated too many times. Please contact partner support if you need to make more "
        "updates on this subscription."
    ),
    (401, 400): "Access denied",
    (401, 800001): "Partner Token missing in request context",
    (401, 900420): "The audience of the access token isn't valid for this resource.",  # [inferred] wording
    (403, 2030): "Partner isn't onboarded to sell in country/region",
    (403, 13605): (
        "Either a partner confirmation of the customer acceptance of the Microsoft Customer Agreement must be provided "
        "or the customer must accept the Microsoft Customer Agreement in the Microsoft Admin Center before you can "
        "complete this purchase."
    ),
    (403, 20002): "The partner ID {0} has no commerce relationship with the customer ID {1}.",
    (403, 800020): "The catalog item isn't eligible for purchase.",
    (403, 800073): (
        "Your customer account is currently under review. Check back in few days. Your patience is appreciated during "
        "this time. Learn more at {0}"
    ),
    (403, 800075): (
        "Your Customer account wasn't approved. Transactions for this customer aren't allowed. Verify the customer "
        "account information is correct. For more information, refer to {0}"
    ),
    (403, 800088): (
        "The requested number of {0} seats exceeds the remaining limit of {1} seats allowed per subscription for the "
        "CatalogItemId - {2}"
    ),
    (403, 900308): "Insufficient privileges to complete the operation.",
    (403, 900329): "This resource does not support application-only authentication.",
    (404, 20000): "Order ID not found",
    (404, 20003): "Subscription with ID {0} not found.",
    (404, 1000): "Not found",
    (404, 400013): "Product wasn't found",
    (404, 400018): "SKU wasn't found",
    (404, 400019): "Availability not found.",
    (404, 60003): "Tenant not found",
    (404, 800008): "Unable to retrieve cart ID",
    (500, 800003): "Unexpected service error",
    (409, 800082): "Subscription is not ready to be updated. Try again after sometime",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The content of one refusal, before it becomes a body."""

    status: int
    code: int
    description: str
    # Set for errors of the customer service, whose body has another shape than the front door's
    # (Learn "Confirm customer acceptance ...", sample 600061).
    name: str | None = None

    def body(self) -> Json:
        if self.name is None:
            return {"code": self.code, "description": self.description, "data": [], "source": "PartnerFD"}
        return {
            "code": self.code,
            "message": self.description,
            "description": self.description,
            "errorName": self.name,
            "isRetryable": False,
            "parameters": {},
            "errorMessageExtended": f"InternalErrorCode={self.code}",
        }


class FaultRaised(Refused):
    """Ends the handling of a request with the vendor's refusal; a checkout reads the code out of it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(Answer(fault.status, fault.body()))
        self.fault = fault


def text(status: int, code: int, *arguments: object) -> str:
    """The vendor's sentence for a code, placeholders filled."""
    return TEXTS[(status, code)].format(*arguments)


def refuse(status: int, code: int, *arguments: object) -> FaultRaised:
    """A refusal in the front door's shape, with the documented sentence."""
    return FaultRaised(Fault(status, code, text(status, code, *arguments)))


def refuse_input(detail: str) -> FaultRaised:
    """400/800002 with what was wrong, because the documented sentence alone is too general to act upon."""
    return FaultRaised(Fault(400, 800002, f"{text(400, 800002)}: {detail}"))


def refuse_as_customer_service(status: int, code: int, name: str, description: str) -> FaultRaised:
    return FaultRaised(Fault(status, code, description, name))
