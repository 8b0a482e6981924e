"""Settings from the environment, read once; production refuses to start with weak or missing ones."""

from oms.kernel.config.settings import LOGINS, AppEnv, Dkim, Settings, load

__all__ = ["LOGINS", "AppEnv", "Dkim", "Settings", "load"]
