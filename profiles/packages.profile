# to install packages: many users, and files that are setuid
#
# On top of default: dpkg, rpm, apk and tar as root give files to all kinds of
# users, and some become setuid or setgid. Who has such a file in his reach runs
# it as you, or as another user of yours: use this on directories that others
# cannot enter.
include default

map-auto
syscalls-allow chmod fchmod fchmodat fchmodat2 creat mknod mknodat open openat
# groupadd(8) and su(1) stop where they may not ask for the audit system, and go
# on where the kernel has none.
syscalls-answer EPROTONOSUPPORT socket(AF_NETLINK, *, NETLINK_AUDIT)
