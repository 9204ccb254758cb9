"""`barrymore hook-secret`: what a hotel system needs to sign its bookings."""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore hook-secret` takes."""
    parser.add_argument("source", help="the name of the system, as it stands in the address of the hook")


def run(options: Namespace) -> int:
    """Print the secret of one source."""
    import django

    django.setup()
    from barrymore.channels.bookings import hook_secret

    print(hook_secret(options.source))
    return 0
