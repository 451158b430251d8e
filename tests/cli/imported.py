"""The tenant of the import's tests: one of everything that a tenant can have, and names that YAML could misread."""

from __future__ import annotations

from scenarios.stage import Stage

TENANT = "contoso.onmicrosoft.com"
IMPORT = ("import", "contoso", "--tenant", TENANT)
FOLDER = "desired-state/customers/contoso"
FILES = ("customer.yaml", "plans.yaml", "groups.yaml", "users.yaml")
WORLD = """
tenants:
  contoso.onmicrosoft.com:
    domains: {contoso.com: {default: true}, contoso.de: {}}
    users:
      ada@contoso.com:
        {displayName: Ada Lovelace, givenName: Ada, surname: Lovelace, jobTitle: Engineer, mobilePhone: "+49 170 1",
         usageLocation: DE, licenses: {SPB: {disabledPlans: [SWAY]}}}
      bo@contoso.com:
        {displayName: Bo, usageLocation: DE, manager: ada@contoso.com, licenses: {SPB: {disabledPlans: [SWAY]}}}
      cy@contoso.com:
        {displayName: "NO", usageLocation: "NO", employeeId: "0042", licenses: {SPB: {disabledPlans: [SWAY]}}}
      dee@contoso.com: {displayName: Zoë 張, usageLocation: DE, licenses: {SPB: {disabledPlans: [SWAY]}, SPE_E5: {}}}
      eve@contoso.com: {displayName: Eve, usageLocation: DE, accountEnabled: false, licenses: {SPB: {}}}
      flo@contoso.com: {displayName: שלום, usageLocation: DE, city: "line one\\nline two", officeLocation: "12:30"}
      syd@contoso.com:
        {displayName: Syd, usageLocation: DE, jobTitle: Kept there, onPremisesSyncEnabled: true, licenses: {SPE_E3: {}}}
      gus_fabrikam.com#EXT#@contoso.onmicrosoft.com: {displayName: Gus, userType: Guest}
    groups:
      staff:
        displayName: All staff
        type: microsoft365
        members: [ada@contoso.com, bo@contoso.com, cy@contoso.com, dee@contoso.com]
      sales:
        displayName: Sales
        description: "# who sells"
        members: [eve@contoso.com, gus_fabrikam.com#EXT#@contoso.onmicrosoft.com]
        owners: [ada@contoso.com]
      rule: {displayName: By a rule, membershipRule: user.city -eq "Bern"}
      list: {displayName: A list, type: distribution, members: [ada@contoso.com]}
      licensed: {displayName: Licensed, licenses: {SPE_E3: {}}, members: [flo@contoso.com]}
    subscriptions:
      a: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 5, friendlyName: Head office}
      b:
        {product: CFQ7TTC0LFLX:0001, owner: partner.onmicrosoft.com, quantity: 3, friendlyName: "E3: yearly",
         autoRenew: false}
      c: {product: CFQ7TTC0LFLZ:0002, owner: other.example, quantity: 2, friendlyName: Elsewhere}
"""
NO_PLANS = "plans: {}\n"


def prepared(on_stage: Stage, world: str = WORLD) -> Stage:
    """The world is played; no file has the customer."""
    catalog = on_stage.root / "desired-state/catalog.yaml"
    text = catalog.read_text(encoding="utf-8")
    catalog.write_text(text.partition("plans:")[0], encoding="utf-8")
    on_stage.play(world)
    return on_stage


def text(on_stage: Stage, *names: str) -> str:
    """Files of the customer's folder, one below the other."""
    folder = on_stage.root / FOLDER
    shown = names or tuple(sorted(path.name for path in folder.iterdir()))
    return "".join(f"=== {name}\n{(folder / name).read_text(encoding='utf-8')}" for name in shown)
