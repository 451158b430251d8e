"""The connections block and the hosts it stands for."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from reconciler.cloud import endpoints
from reconciler.model.connection import Connection
from reconciler.model.errors import UsageError

FULL = """
partnerTenant: partner.onmicrosoft.com
model: indirectProvider
environment: production
region: Europe
auth:
  clientId: 11111111-1111-1111-1111-111111111111
  client: {federated: github}
  user: {refreshToken: {env: PC_REFRESH_TOKEN}, store: {file: token.age}}
endpoints: {login: "https://login.test/", graph: "https://graph.test/v1.0", partnerCenter: "https://pc.test"}
"""
MINIMAL: dict[str, Any] = {"partnerTenant": "p", "auth": {"clientId": "a", "client": {"secret": {"env": "S"}}}}
LOCAL: dict[str, Any] = {"partnerTenant": "p", "environment": "local", "auth": {"clientId": "a"}}


def test_documented_block_is_read() -> None:
    connection = Connection.model_validate(yaml.safe_load(FULL))

    assert connection.model == "indirectProvider"
    assert connection.auth.client is not None
    assert connection.auth.client.federated == "github"
    assert connection.auth.user is not None
    assert connection.auth.user.refresh_token.env == "PC_REFRESH_TOKEN"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"auth": {"clientId": "a"}}, id="no way to sign in"),
        pytest.param({"auth": {"clientId": "a", "client": {}}}, id="empty client"),
        pytest.param(
            {"auth": {"clientId": "a", "client": {"federated": "file", "secret": {"env": "S"}}}}, id="two proofs"
        ),
        pytest.param({"auth": {"clientId": "a", "client": {"secret": "hunter2"}}}, id="secret written out"),
        pytest.param({"auth": {"clientId": "a", "client": {"secret": {"env": "A", "file": "b"}}}}, id="two places"),
        pytest.param({"environment": "prod"}, id="unknown environment"),
        pytest.param({"tenant": "x"}, id="unknown key"),
    ],
)
def test_block_that_cannot_be_meant_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Connection.model_validate(MINIMAL | change)


def test_production_speaks_to_microsoft() -> None:
    hosts = endpoints.resolve(Connection.model_validate(MINIMAL), {})

    assert hosts.login == "https://login.microsoftonline.com"
    assert hosts.graph == "https://graph.microsoft.com/v1.0"
    assert hosts.partner_center == "https://api.partnercenter.microsoft.com/v1"


def test_named_endpoints_come_first_and_get_their_version() -> None:
    hosts = endpoints.resolve(Connection.model_validate(yaml.safe_load(FULL)), {})

    assert hosts.login == "https://login.test"
    assert hosts.graph == "https://graph.test/v1.0"
    assert hosts.partner_center == "https://pc.test/v1"
    assert hosts.exchange == "https://outlook.office365.com"


def test_local_takes_the_sandboxes_environment_lines() -> None:
    environ = {
        "RECONCILER_SANDBOX_LOGIN": "https://127.0.0.1:1",
        "RECONCILER_SANDBOX_GRAPH": "https://127.0.0.1:2/v1.0",
        "RECONCILER_SANDBOX_PARTNER_CENTER": "https://127.0.0.1:3/v1",
    }

    hosts = endpoints.resolve(Connection.model_validate(LOCAL), environ)

    assert hosts == endpoints.Hosts("https://127.0.0.1:1", "https://127.0.0.1:2/v1.0", "https://127.0.0.1:3/v1", "")


def test_local_without_a_sandbox_says_what_to_start() -> None:
    with pytest.raises(UsageError, match="reconciler sandbox"):
        endpoints.resolve(Connection.model_validate(LOCAL), {})


def test_endpoint_without_tls_is_refused() -> None:
    connection = Connection.model_validate(MINIMAL | {"endpoints": {"graph": "http://graph.test"}})

    with pytest.raises(UsageError, match="https"):
        endpoints.resolve(connection, {})
