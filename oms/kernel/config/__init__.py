"""Settings from the environment, read once; production refuses to start with weak or missing ones."""

from oms.kernel.config.links import is_own_machine, is_readable, is_unproved
from oms.kernel.config.settings import LOGINS, AppEnv, Dkim, Settings, load

__all__ = ["LOGINS", "AppEnv", "Dkim", "Settings", "is_own_machine", "is_readable", "is_unproved", "load"]
