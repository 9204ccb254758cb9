"""A good body for every REST operation that takes one."""

from typing import Any

STAY = {"source": "pms", "source_ref": "H-1", "starts_on": "2026-11-21", "ends_on": "2026-11-24"}
BOUGHT = {"source": "till", "source_ref": "77", "at": "2026-11-21T14:40:00Z", "what": "Sauna"}
BODIES: dict[str, dict[str, Any]] = {
    "/contacts": {"channel": "form", "external_id": "1", "from": {"email": "lee@guests.example"},
                  "subject": "s", "body": "b", "language": "en", "queue": None, "site": None},
    "/bookings": STAY | {"email": "lee@guests.example", "phone": "", "name": "Lee", "language": "en",
                         "site": "", "place": "", "room": "", "status": "", "party": "", "amount": 1,
                         "currency": "EUR"},
    "/purchases": BOUGHT | {"email": "lee@guests.example", "phone": "", "name": "Lee", "amount": "24.00",
                            "currency": "EUR", "site": ""},
    "/conversations/{conversation_id}/replies": {"text": "x", "cc": [], "bcc": [], "expects_reply": True},
    "/conversations/{conversation_id}/notes": {"text": "x"},
    "/conversations/{conversation_id}/close": {"not_asking": ""},
    "/conversations/{conversation_id}/priority": {"priority": 3},
    "/conversations/{conversation_id}/transfer": {"queue": None, "staff": None},
    "/recoveries/{recovery_id}/claim": {"what": "x", "kindness": None},
    "/recoveries/{recovery_id}/guest": {"guest": "lee@guests.example"},
    "/basics/{basic_id}/checks": {"green": True, "note": "x"},
    "/me/presence": {"state": "available", "reason": ""},
    "/customers/{customer_id}": {"name": "Lee", "language": "en", "role": "", "note": "", "account": ""},
    "/surveys/{survey_id}/responses": {"token": "x", "score": 1, "need_met": "", "comment": ""},
    "/figures/{metric}/target": {"value": 0.8, "scope": ""},
    "/staff": {"name": "Kim", "email": "kim@mill.example", "role": "agent", "language": "en", "sites": []},
    "/staff/{staff_id}": {"role": "agent", "active": True},
    "/staff/{staff_id}/posts": {"posts": {}},
    "/sign-in-providers": {"kind": "openid_connect", "name": "Keycloak", "issuer": "https://login.mill.example",
                           "client_id": "barrymore", "client_secret": "s", "default_role": "agent",
                           "groups": [{"group": "support", "role": "agent", "sites": []}]},
    "/sign-in-providers/{provider_id}": {"name": "Keycloak", "is_active": False, "groups": []},
    "/roles": {"name": "Reader", "like": "agent", "permissions": ["conversations.read"]},
    "/roles/{role_id}": {"name": "Reader", "like": "agent", "permissions": ["conversations.read"]},
    "/points": {"site": 1, "name": "Till", "room": "Hall", "step": "paying", "active": True},
    "/points/{point_id}": {"site": None, "name": "Till", "room": "", "step": "", "active": True},
    "/devices": {"point": 1, "kind": "button", "name": "Red", "languages": ["en"]},
    "/devices/enrol": {"code": "x"},
}  # fmt: skip
