"""`python -m barrymore`."""

import sys

from barrymore.cli.main import main

sys.exit(main())
