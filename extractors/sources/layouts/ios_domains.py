"""Where the files of a backup stood on the device: a backup names a domain and a path below it.

The folder of a domain is known from the system's own Domains.plist (as published for iOS 16.4; it is gone since iOS
17) and, for apps and system containers, from the published layout of the file system. On the device the folder of a
container is named by a UUID, which a backup does not hold: here the name of the app or group stands in its place.

References:
- "Domains.plist Documentation" in "A deep dive into the iOS backup/restore system" (public notes on iOS 16.4)
- Apple, "File System Programming Guide": iOS containers
- paths below HealthDomain, MediaDomain, TonesDomain and HomeKitDomain: the manifest of an iOS 14.3 backup
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from extractors.sources.names import safe_path

_VAR: Final = "private/var"
FOLDERS: Final = {
    "BooksDomain": f"{_VAR}/mobile/Media/Books",
    "CameraRollDomain": f"{_VAR}/mobile",
    "DatabaseDomain": f"{_VAR}/db",
    "HealthDomain": f"{_VAR}/mobile/Library",  # its paths start with "Health/"
    "HomeDomain": f"{_VAR}/mobile",
    "HomeKitDomain": f"{_VAR}/mobile",
    "InstallDomain": f"{_VAR}/installd",
    "KeyboardDomain": f"{_VAR}/mobile",
    "KeychainDomain": f"{_VAR}/Keychains",
    "ManagedPreferencesDomain": f"{_VAR}/Managed Preferences",
    "MediaDomain": f"{_VAR}/mobile",
    "MobileDeviceDomain": f"{_VAR}/MobileDevice",
    "NetworkDomain": f"{_VAR}/networkd",
    "ProtectedDomain": f"{_VAR}/protected",
    "RootDomain": f"{_VAR}/root",
    "SystemPreferencesDomain": f"{_VAR}/preferences",
    "TonesDomain": f"{_VAR}/mobile",
    "WirelessDomain": f"{_VAR}/wireless",
}
CONTAINERS: Final = {
    "AppDomain": f"{_VAR}/mobile/Containers/Data/Application",
    "AppDomainGroup": f"{_VAR}/mobile/Containers/Shared/AppGroup",
    "AppDomainPlugin": f"{_VAR}/mobile/Containers/Data/PluginKitPlugin",
    "SysContainerDomain": f"{_VAR}/containers/Data/System",
    "SysSharedContainerDomain": f"{_VAR}/containers/Shared/SystemGroup",
}


def is_known(domain: str) -> bool:
    """Whether it is known where the domain stood on the device."""
    kind, dash, name = domain.partition("-")
    return domain in FOLDERS or (kind in CONTAINERS and bool(dash and name))


@lru_cache(maxsize=1024)  # a backup has some hundred domains, and many files in each
def _folder(domain: str) -> tuple[str, str]:
    """(where the domain stood, oddity of its name or "")."""
    if domain in FOLDERS:
        return FOLDERS[domain], ""
    kind, _, name = domain.partition("-")
    if not is_known(domain):
        return safe_path(domain, drives=True)
    below, oddity = safe_path(name, drives=True)
    return f"{CONTAINERS[kind]}/{below}", oddity


def device_path(domain: str, relative: str) -> tuple[str, str]:
    """(path on the device without its leading '/', oddity of the stored names or "").

    The files of an unknown domain stand below a folder of its own name. A path that climbs out or is absolute stays
    below the folder of its domain, see `names.safe_path`.
    """
    folder, oddity = _folder(domain)
    if not relative:
        return folder, oddity
    below, odd = safe_path(relative, drives=True)
    if not oddity or not odd:
        return f"{folder}/{below}", oddity or odd
    return f"{folder}/{below}", ", ".join(dict.fromkeys((oddity, odd)))
