"""Where the channels find keys and seals: organisation.secrets, which telephony uses too."""

from barrymore.organisation.secrets import SealBroken as SealBroken
from barrymore.organisation.secrets import key_for as key_for
from barrymore.organisation.secrets import seal as seal
from barrymore.organisation.secrets import unseal as unseal
