"""`barrymore token`: issue an API token."""

import sys
from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore token` takes."""
    parser.add_argument("email", help="the member of staff whose rights bound the token's")
    parser.add_argument("name", help="what the token is for")
    parser.add_argument("scopes", nargs="+", help="such as contacts.write conversations.read")


def run(options: Namespace) -> int:
    """Print the token once; 2 for an unknown person or scope."""
    import django

    django.setup()
    from barrymore.organisation.models import Staff
    from barrymore.organisation.services import issue_token

    staff = Staff.objects.filter(email=options.email.lower(), is_active=True).first()
    if staff is None:
        print(f"Nobody here has the address {options.email}.", file=sys.stderr)
        return 2
    try:
        print(issue_token(staff, options.name, options.scopes))
    except ValueError as error:
        print(f"Unknown scope: {error}", file=sys.stderr)
        return 2
    return 0
