"""Frequent Microsoft 365 SKUs and the service plans inside them: what a sandbox tenant can own and assign.

Holds 29 products that small and medium customers of a partner really buy, each with the plans a person would turn off
or depend on. It must not grow into Microsoft's whole table: that one has 600 products, changes monthly and belongs to
Microsoft. Ids and names are Microsoft's: "Product names and service plan identifiers for licensing",
https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference (MicrosoftDocs/entra-docs, CC BY 4.0,
as of 2026-07-29); every pair here was looked up there.

The questionable decision: plans that nobody assigns by hand (seeded trials, analytics, retired ones) are left out, so a
SKU has fewer plans here than live. The price is that a count of plans proves nothing; the gain is a table one can read.

A plan or SKU may be named by its string id ("SPB") or its guid, ignoring case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """One service inside a SKU; `applies_to` is "User" or "Company" (tenant wide, nothing to turn off)."""

    id: str
    name: str
    applies_to: str


@dataclass(frozen=True, slots=True)
class Sku:
    """One assignable product; a SKU that applies to "Company" can never be assigned to anybody."""

    id: str
    part_number: str
    title: str
    applies_to: str
    plans: tuple[ServicePlan, ...]

    def plan(self, name_or_id: str) -> ServicePlan | None:
        """The plan of this SKU with that string id or guid, or None."""
        wanted = name_or_id.casefold()
        return next((plan for plan in self.plans if wanted in (plan.id, plan.name.casefold())), None)


_PLANS = """\
AAD_PREMIUM 41781fb2-bc02-4b7c-bd55-b576c07bb09d
AAD_PREMIUM_P2 eec0eb4f-6444-4f95-aba0-50c24d67f998
ADALLOM_S_DISCOVERY 932ad362-64a8-4783-9106-97849a1a30b9
ADALLOM_S_STANDALONE 2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2
ATA 14ab5db5-e6c4-4b20-b4bc-13e36fd2227f
ATP_ENTERPRISE f20fedf3-f3c3-43c3-8267-2bfdd51c0939
BI_AZURE_P0 2049e525-b859-401b-b2a0-e0a31c4b1fe4
BI_AZURE_P2 70d33638-9c74-4d01-bfd3-562de28bd4ba
BPOS_S_TODO_1 5e62787c-c316-451f-b873-1d05acd4d12c
BPOS_S_TODO_2 c87f142c-d1e9-4363-8630-aaea9c4d9ae5
BPOS_S_TODO_3 3fb82609-8c27-4f7b-bd51-30634711ee67
BPOS_S_TODO_FIRSTLINE 80873e7a-cd2a-4e67-b061-1b5381a676a5
CLIPCHAMP a1ace008-72f3-4ea0-8dac-33b3a23a2472
EQUIVIO_ANALYTICS 4de31727-a228-4ec3-a5bf-8e45b5ca48cc
EXCHANGE_ANALYTICS 34c0d7a0-a70f-4668-9238-47f9fc208882
EXCHANGE_S_ARCHIVE_ADDON 176a09a6-7ec5-4039-ac02-b2791c6ba793
EXCHANGE_S_DESKLESS 4a82b400-a79f-41a4-b4e2-e94f5787b113
EXCHANGE_S_ENTERPRISE efb87545-963c-4e0d-99df-69c6916d9eb0
EXCHANGE_S_FOUNDATION 113feb6c-3fe4-4440-bddc-54d774bf0318
EXCHANGE_S_STANDARD 9aaf7827-d63c-4b61-89c3-182f06f82e5c
FLOW_O365_P1 0f9b09cb-62d1-4ff4-9129-43f4996f83f4
FLOW_O365_P2 76846ad7-7776-4c40-a281-a386362dd1b9
FLOW_O365_P3 07699545-9485-468e-95b6-2fca3738be01
FLOW_O365_S1 bd91b1a4-9f94-4ecf-b45b-3a65e5c8128a
FLOW_P2_VIRAL 50e68c76-46c6-4674-81f9-75456511b170
FORMS_PLAN_E1 159f4cd6-e380-449f-a816-af1a9ef76344
FORMS_PLAN_E3 2789c901-c14e-48ab-a76a-be334d9d793a
FORMS_PLAN_E5 e212cbc7-0961-4c40-9825-01117710dcb1
FORMS_PLAN_K f07046bd-2a3c-4b96-b0be-dea79d7cbfb8
GRAPH_CONNECTORS_COPILOT 82d30987-df9b-4486-b146-198b21d164c7
INTUNE_A c1ec4a95-1f05-45b3-a911-aa3fa01094f5
INTUNE_O365 882e1d05-acd1-4ccb-8708-6ee03664b117
LOCKBOX_ENTERPRISE 9f431833-0334-42de-a7dc-70aa40db46db
M365_COPILOT_APPS a62f8878-de10-42f3-b68f-6149a25ceb97
M365_COPILOT_BUSINESS_CHAT 3f30311c-6b1e-48a4-ab79-725b469da960
M365_COPILOT_TEAMS b95945de-b3bd-46db-8437-f2beb6ea2347
MCOEV 4828c8ec-dc2e-4779-b502-87ac9ce28ab7
MCOIMP afc06cb0-b4f4-4473-8286-d644f70d8faf
MCOMEETADV 3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40
MCOSTANDARD 0feaeb32-d00e-4d66-bd5a-43b5b83db82c
MDE_SMB bfc1bbd9-981b-4f71-9b82-17c35fd0e2a4
MFA_PREMIUM 8a256a2b-b617-496d-b51b-e76466e88db0
MICROSOFTBOOKINGS 199a5c09-e0ca-4e37-8f7c-b05d533e1ea2
MICROSOFT_LOOP c4b8c31a-fb44-4c65-9837-a21f55fcabda
OFFICEMOBILE_SUBSCRIPTION c63d4d19-e8cb-460e-b37c-4d6c34603745
OFFICESUBSCRIPTION 43de0ff5-c92c-492b-9116-175376d08c38
OFFICE_BUSINESS 094e7854-93fc-4d55-b2c0-3ab5369ebdc1
ONEDRIVESTANDARD 13696edf-5a08-49f6-8134-03083ed8ba30
ONEDRIVE_BASIC da792a53-cbc0-4184-a10d-e544dd34b3c1
POWERAPPS_O365_P1 92f7a6f3-b89b-4bbd-8c30-809e6da5ad1c
POWERAPPS_O365_P2 c68f8d98-5534-41c8-bf36-22fa496fa792
POWERAPPS_O365_P3 9c0dab89-a30c-4117-86e7-97bda240acd2
POWERAPPS_O365_S1 e0287f9f-e222-4f98-9a83-f379e249159a
PROJECTWORKMANAGEMENT b737dad2-2f6c-4c65-90e3-ca563267e8b9
PROJECT_CLIENT_SUBSCRIPTION fafd7243-e5c1-4a3a-9e40-495efcb1d3c3
PROJECT_PROFESSIONAL 818523f5-016b-4355-9be8-ed6944946ea7
RMS_S_ENTERPRISE bea4c11e-220a-4e6d-8eb8-8ea15d019f90
RMS_S_PREMIUM 6c57d4b6-3b23-47a5-9bc9-69f17b4947b3
RMS_S_PREMIUM2 5689bec4-755d-4753-8b61-40975025187c
SHAREPOINTDESKLESS 902b47e5-dcb2-4fdc-858b-c63a90a2bdb9
SHAREPOINTENTERPRISE 5dbe027f-2339-4123-9542-606e4d348a72
SHAREPOINTSTANDARD c7699d2e-19aa-44de-8edf-1736da088ca1
SHAREPOINTSTORAGE be5a7ed5-c598-4fcd-a061-5e6724c68a58
SHAREPOINTWAC e95bec33-7c88-4a70-8e19-b10bd9d0c014
SHAREPOINT_PROJECT fe71d6c3-a2ea-4499-9778-da042bf08063
SWAY a23b959c-7ce8-4e57-9140-b90eb88a9e97
TEAMS1 57ff2da0-773e-42df-b2af-ffb7a2317929
THREAT_INTELLIGENCE 8e0c0a52-6a6c-4d40-8370-dd62790dcd70
VISIOONLINE 2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f
VISIO_CLIENT_SUBSCRIPTION 663a804f-1c30-4ff0-9915-9db84f0d1cea
VIVAENGAGE_CORE a82fbf69-b4d7-49f4-83a6-915b2cf354f4
WHITEBOARD_PLAN1 b8afc642-032e-4de5-8c0a-507a7bba7e5d
WHITEBOARD_PLAN2 94a54592-cd8b-425e-87c6-97868b000b91
WHITEBOARD_PLAN3 4a51bca5-1eff-43f5-878c-177680f191af
WIN10_PRO_ENT_SUB 21b439ba-a0ca-424f-a6cc-52f954a5b111
WINBIZ 8e229017-d77b-43d5-9305-903395523b99
WINDEFATP 871d91ec-ec1a-452b-a83f-bd76c7d770ef
YAMMER_ENTERPRISE 7547a3fe-08ee-4ccb-b430-5077c5041653
"""

# string id, guid, product name, plans; capital letters as in Microsoft's table.
_SKUS: tuple[tuple[str, str, str, str], ...] = (
    (
        "SPB",
        "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
        "Microsoft 365 Business Premium",
        "AAD_PREMIUM ADALLOM_S_DISCOVERY ATP_ENTERPRISE BPOS_S_TODO_1 CLIPCHAMP EXCHANGE_S_ARCHIVE_ADDON "
        "EXCHANGE_S_FOUNDATION EXCHANGE_S_STANDARD FLOW_O365_P1 FORMS_PLAN_E1 INTUNE_A INTUNE_O365 "
        "MCOSTANDARD MDE_SMB MFA_PREMIUM MICROSOFT_LOOP MICROSOFTBOOKINGS OFFICE_BUSINESS POWERAPPS_O365_P1 "
        "PROJECTWORKMANAGEMENT RMS_S_ENTERPRISE RMS_S_PREMIUM SHAREPOINTSTANDARD SHAREPOINTWAC SWAY TEAMS1 "
        "VIVAENGAGE_CORE WHITEBOARD_PLAN1 WINBIZ YAMMER_ENTERPRISE",
    ),
    (
        "O365_BUSINESS_PREMIUM",
        "f245ecc8-75af-4f8e-b61f-27d8114de5f3",
        "Microsoft 365 Business Standard",
        "BPOS_S_TODO_1 CLIPCHAMP EXCHANGE_S_STANDARD FLOW_O365_P1 FORMS_PLAN_E1 INTUNE_O365 MCOSTANDARD "
        "MICROSOFT_LOOP MICROSOFTBOOKINGS OFFICE_BUSINESS POWERAPPS_O365_P1 PROJECTWORKMANAGEMENT "
        "SHAREPOINTSTANDARD SHAREPOINTWAC SWAY TEAMS1 VIVAENGAGE_CORE WHITEBOARD_PLAN1 YAMMER_ENTERPRISE",
    ),
    (
        "O365_BUSINESS_ESSENTIALS",
        "3b555118-da6a-4418-894f-7df1e2096870",
        "Microsoft 365 Business Basic",
        "BPOS_S_TODO_1 EXCHANGE_S_STANDARD FLOW_O365_P1 FORMS_PLAN_E1 MCOSTANDARD OFFICEMOBILE_SUBSCRIPTION "
        "POWERAPPS_O365_P1 PROJECTWORKMANAGEMENT SHAREPOINTSTANDARD SHAREPOINTWAC SWAY TEAMS1 "
        "YAMMER_ENTERPRISE",
    ),
    (
        "O365_BUSINESS",
        "cdd28e44-67e3-425e-be4c-737fab2899d3",
        "Microsoft 365 Apps for Business",
        "FORMS_PLAN_E1 OFFICE_BUSINESS ONEDRIVESTANDARD SHAREPOINTWAC SWAY",
    ),
    (
        "SPE_E3",
        "05e9a617-0261-4cee-bb44-138d3ef5d965",
        "Microsoft 365 E3",
        "AAD_PREMIUM ADALLOM_S_DISCOVERY ATP_ENTERPRISE BPOS_S_TODO_2 CLIPCHAMP EXCHANGE_S_ENTERPRISE "
        "FLOW_O365_P2 FORMS_PLAN_E3 INTUNE_A INTUNE_O365 MCOSTANDARD MFA_PREMIUM MICROSOFT_LOOP "
        "MICROSOFTBOOKINGS OFFICESUBSCRIPTION POWERAPPS_O365_P2 PROJECTWORKMANAGEMENT RMS_S_ENTERPRISE "
        "RMS_S_PREMIUM SHAREPOINTENTERPRISE SHAREPOINTWAC SWAY TEAMS1 VIVAENGAGE_CORE WHITEBOARD_PLAN2 "
        "WIN10_PRO_ENT_SUB YAMMER_ENTERPRISE",
    ),
    (
        "SPE_E5",
        "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
        "Microsoft 365 E5",
        "AAD_PREMIUM AAD_PREMIUM_P2 ADALLOM_S_STANDALONE ATA ATP_ENTERPRISE BI_AZURE_P2 BPOS_S_TODO_3 "
        "CLIPCHAMP EQUIVIO_ANALYTICS EXCHANGE_ANALYTICS EXCHANGE_S_ENTERPRISE FLOW_O365_P3 FORMS_PLAN_E5 "
        "INTUNE_A INTUNE_O365 LOCKBOX_ENTERPRISE MCOEV MCOMEETADV MCOSTANDARD MFA_PREMIUM MICROSOFT_LOOP "
        "MICROSOFTBOOKINGS OFFICESUBSCRIPTION POWERAPPS_O365_P3 PROJECTWORKMANAGEMENT RMS_S_ENTERPRISE "
        "RMS_S_PREMIUM RMS_S_PREMIUM2 SHAREPOINTENTERPRISE SHAREPOINTWAC SWAY TEAMS1 THREAT_INTELLIGENCE "
        "VIVAENGAGE_CORE WHITEBOARD_PLAN3 WIN10_PRO_ENT_SUB WINDEFATP YAMMER_ENTERPRISE",
    ),
    (
        "SPE_F1",
        "66b55226-6b4f-492c-910c-a3b7a3c9d993",
        "Microsoft 365 F3",
        "AAD_PREMIUM ADALLOM_S_DISCOVERY BPOS_S_TODO_FIRSTLINE EXCHANGE_S_DESKLESS FLOW_O365_S1 FORMS_PLAN_K "
        "INTUNE_A INTUNE_O365 MCOIMP MFA_PREMIUM MICROSOFTBOOKINGS OFFICEMOBILE_SUBSCRIPTION "
        "POWERAPPS_O365_S1 PROJECTWORKMANAGEMENT RMS_S_ENTERPRISE RMS_S_PREMIUM SHAREPOINTDESKLESS "
        "SHAREPOINTWAC SWAY TEAMS1 VIVAENGAGE_CORE YAMMER_ENTERPRISE",
    ),
    (
        "ENTERPRISEPACK",
        "6fd2c87f-b296-42f0-b197-1e91e994b900",
        "Office 365 E3",
        "ATP_ENTERPRISE BPOS_S_TODO_2 EXCHANGE_S_ENTERPRISE FLOW_O365_P2 FORMS_PLAN_E3 INTUNE_O365 "
        "MCOSTANDARD MICROSOFTBOOKINGS OFFICESUBSCRIPTION POWERAPPS_O365_P2 PROJECTWORKMANAGEMENT "
        "RMS_S_ENTERPRISE SHAREPOINTENTERPRISE SHAREPOINTWAC SWAY TEAMS1 VIVAENGAGE_CORE WHITEBOARD_PLAN2 "
        "YAMMER_ENTERPRISE",
    ),
    (
        "ENTERPRISEPREMIUM",
        "c7df2760-2c81-4ef7-b578-5b5392b571df",
        "Office 365 E5",
        "ATP_ENTERPRISE BI_AZURE_P2 BPOS_S_TODO_3 EQUIVIO_ANALYTICS EXCHANGE_ANALYTICS EXCHANGE_S_ENTERPRISE "
        "FLOW_O365_P3 FORMS_PLAN_E5 INTUNE_O365 LOCKBOX_ENTERPRISE MCOEV MCOMEETADV MCOSTANDARD "
        "MICROSOFTBOOKINGS OFFICESUBSCRIPTION POWERAPPS_O365_P3 PROJECTWORKMANAGEMENT RMS_S_ENTERPRISE "
        "SHAREPOINTENTERPRISE SHAREPOINTWAC SWAY TEAMS1 THREAT_INTELLIGENCE VIVAENGAGE_CORE WHITEBOARD_PLAN3 "
        "YAMMER_ENTERPRISE",
    ),
    (
        "STANDARDPACK",
        "18181a46-0d4e-45cd-891e-60aabd171b4e",
        "Office 365 E1",
        "BPOS_S_TODO_1 EXCHANGE_S_STANDARD FLOW_O365_P1 FORMS_PLAN_E1 INTUNE_O365 MCOSTANDARD "
        "MICROSOFTBOOKINGS OFFICEMOBILE_SUBSCRIPTION POWERAPPS_O365_P1 PROJECTWORKMANAGEMENT "
        "SHAREPOINTSTANDARD SHAREPOINTWAC SWAY TEAMS1 VIVAENGAGE_CORE WHITEBOARD_PLAN1 YAMMER_ENTERPRISE",
    ),
    (
        "DESKLESSPACK",
        "4b585984-651b-448a-9e53-3b10f069cf7f",
        "Office 365 F3",
        "BPOS_S_TODO_FIRSTLINE EXCHANGE_S_DESKLESS FLOW_O365_S1 FORMS_PLAN_K INTUNE_O365 MCOIMP "
        "MICROSOFTBOOKINGS OFFICEMOBILE_SUBSCRIPTION POWERAPPS_O365_S1 PROJECTWORKMANAGEMENT "
        "SHAREPOINTDESKLESS SHAREPOINTWAC SWAY TEAMS1 VIVAENGAGE_CORE YAMMER_ENTERPRISE",
    ),
    (
        "EXCHANGESTANDARD",
        "4b9405b0-7788-4568-add1-99614e613b69",
        "Exchange Online (Plan 1)",
        "BPOS_S_TODO_1 EXCHANGE_S_STANDARD INTUNE_O365",
    ),
    (
        "EXCHANGEENTERPRISE",
        "19ec0d23-8335-4cbd-94ac-6050e30712fa",
        "Exchange Online (Plan 2)",
        "EXCHANGE_S_ENTERPRISE",
    ),
    (
        "EXCHANGEDESKLESS",
        "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82",
        "Exchange Online Kiosk",
        "EXCHANGE_S_DESKLESS",
    ),
    (
        "AAD_PREMIUM",
        "078d2b04-f1bd-4111-bbd4-b4b1b354cef4",
        "Microsoft Entra ID P1",
        "AAD_PREMIUM ADALLOM_S_DISCOVERY EXCHANGE_S_FOUNDATION MFA_PREMIUM",
    ),
    (
        "AAD_PREMIUM_P2",
        "84a661c4-e949-4bd2-a560-ed7766fcaf2b",
        "Microsoft Entra ID P2",
        "AAD_PREMIUM AAD_PREMIUM_P2 ADALLOM_S_DISCOVERY EXCHANGE_S_FOUNDATION MFA_PREMIUM",
    ),
    (
        "INTUNE_A",
        "061f9ace-7d42-4136-88ac-31dc755f143f",
        "Intune",
        "INTUNE_A",
    ),
    (
        "EMS",
        "efccb6f7-5641-4e0e-bd10-b4976e1bf68e",
        "Enterprise Mobility + Security E3",
        "AAD_PREMIUM ADALLOM_S_DISCOVERY EXCHANGE_S_FOUNDATION INTUNE_A MFA_PREMIUM RMS_S_ENTERPRISE RMS_S_PREMIUM",
    ),
    (
        "EMSPREMIUM",
        "b05e124f-c7cc-45a0-a6aa-8cf78c946968",
        "Enterprise Mobility + Security E5",
        "AAD_PREMIUM AAD_PREMIUM_P2 ADALLOM_S_STANDALONE ATA EXCHANGE_S_FOUNDATION INTUNE_A MFA_PREMIUM "
        "RMS_S_ENTERPRISE RMS_S_PREMIUM RMS_S_PREMIUM2",
    ),
    (
        "FLOW_FREE",
        "f30db892-07e9-47e9-837c-80727f46fd3d",
        "Microsoft Power Automate Free",
        "EXCHANGE_S_FOUNDATION FLOW_P2_VIRAL",
    ),
    (
        "POWER_BI_STANDARD",
        "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235",
        "Microsoft Fabric (Free)",
        "BI_AZURE_P0 EXCHANGE_S_FOUNDATION",
    ),
    (
        "POWER_BI_PRO",
        "f8a1db68-be16-40ed-86d5-cb42ce701560",
        "Power BI Pro",
        "BI_AZURE_P2 EXCHANGE_S_FOUNDATION",
    ),
    (
        "PROJECTPROFESSIONAL",
        "53818b1b-4a27-454b-8896-0dba576410e6",
        "Planner and Project Plan 3",
        "EXCHANGE_S_FOUNDATION PROJECT_CLIENT_SUBSCRIPTION PROJECT_PROFESSIONAL SHAREPOINT_PROJECT "
        "SHAREPOINTENTERPRISE SHAREPOINTWAC",
    ),
    (
        "VISIOCLIENT",
        "c5928f49-12ba-48f7-ada3-0d743a3601d5",
        "Visio Plan 2",
        "EXCHANGE_S_FOUNDATION ONEDRIVE_BASIC VISIO_CLIENT_SUBSCRIPTION VISIOONLINE",
    ),
    (
        "MCOMEETADV",
        "0c266dff-15dd-4b49-8397-2bb16070ed52",
        "Microsoft 365 Audio Conferencing",
        "MCOMEETADV",
    ),
    (
        "MCOEV",
        "e43b5b99-8dfb-405f-9987-dc307f34bcbd",
        "Microsoft Teams Phone Standard",
        "MCOEV",
    ),
    (
        "ATP_ENTERPRISE",
        "4ef96642-f096-40de-a3e9-d83fb2f90211",
        "Microsoft Defender for Office 365 (Plan 1)",
        "ATP_ENTERPRISE",
    ),
    (
        "Microsoft_365_Copilot",
        "639dec6b-bb19-468b-871c-c5c441c4b0cb",
        "Microsoft Copilot for Microsoft 365",
        "GRAPH_CONNECTORS_COPILOT M365_COPILOT_APPS M365_COPILOT_BUSINESS_CHAT M365_COPILOT_TEAMS",
    ),
    (
        "SHAREPOINTSTORAGE",
        "99049c9c-6011-4908-bf17-15f496e6519d",
        "Office 365 Extra File Storage",
        "SHAREPOINTSTORAGE",
    ),
)

# Storage is bought for the tenant. Exchange Foundation is switched on for the tenant by the first product that has it
# [inferred from the `appliesTo` of live subscribedSkus samples, microsoft-graph-docs api/subscribedsku-list.md].
_COMPANY_SKUS = frozenset({"SHAREPOINTSTORAGE"})
_COMPANY_PLANS = frozenset({"EXCHANGE_S_FOUNDATION", "SHAREPOINTSTORAGE"})


def _build() -> Iterator[Sku]:
    ids = dict(line.split() for line in _PLANS.splitlines())
    for part_number, sku_id, title, names in _SKUS:
        plans = tuple(
            ServicePlan(ids[name], name, "Company" if name in _COMPANY_PLANS else "User") for name in names.split()
        )
        yield Sku(sku_id, part_number, title, "Company" if part_number in _COMPANY_SKUS else "User", plans)


ALL: tuple[Sku, ...] = tuple(_build())
_BY_KEY: Mapping[str, Sku] = MappingProxyType({key: sku for sku in ALL for key in (sku.id, sku.part_number.casefold())})


def find(name_or_id: str) -> Sku | None:
    """The SKU with that string id or guid, or None when it is not among the frequent ones."""
    return _BY_KEY.get(name_or_id.casefold())
