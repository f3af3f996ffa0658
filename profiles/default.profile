# what a program needs that computes with files: the system, its directory
#
# Nothing of the host is visible but what stands here. Other profiles include
# this one; site.profile (in /etc/sandbox/profiles) is the place for what a
# site adds: a course directory, a software tree.

# Everything new: processes, IPC, host name, control groups, and a network
# that reaches nothing but itself.
unshare-all
unshare-user
unshare-cgroup

# The system, read-only.
ro-try /usr
ro-try /bin
ro-try /sbin
ro-try /lib
ro-try /lib32
ro-try /lib64
ro-try /libx32
ro-try /etc
ro-try /opt

# Root is root inside too, as far as files are concerned: what only root may
# read (shadow, host keys, sudoers) stays out of sight.
hide-from-root /etc
hide-from-root /opt

# Private places.
proc /proc
size 64M
dev /dev
perms 1777
size 1G
tmpfs /tmp
perms 1777
size 1G
tmpfs /var/tmp
perms 1777
size 1G
tmpfs /dev/shm

# Of the rest of the system only what name lookup and thread counts need.
dir /run
dir /sys
ro-try /run/systemd/resolve/stub-resolv.conf
ro-try /run/systemd/resolve/resolv.conf
ro-try /sys/devices/system/cpu

# The home is empty, the working directory is there.
size 1G
home private
workdir auto
remount-ro /

# Of the environment only what says nothing about anything else.
clearenv
keepenv PATH
keepenv HOME
keepenv USER
keepenv LOGNAME
keepenv SHELL
keepenv LANG
keepenv LANGUAGE
keepenv LC_*
keepenv TERM
keepenv COLORTERM
keepenv NO_COLOR
keepenv COLUMNS
keepenv LINES
keepenv TZ
keepenv SOURCE_DATE_EPOCH

# System calls: what programs need that compute with files. Of other calls,
# those of a newer kernel too, a program hears that they do not exist, and falls
# back; of those that reach for more it hears that they are not permitted.
syscalls-default ENOSYS
syscalls-allow @files @attributes @watches @io @aio @processes @threads
syscalls-allow @signals @memory @time @sockets @ipc @scheduling @identity
syscalls-allow @limits @system @confinement
syscalls-allow get_mempolicy set_mempolicy mbind
syscalls-deny @mounts @handles @fanotify @clock @privileged @cpu-emulation
syscalls-deny @modules @raw-io @debug @perf @bpf @keys @userfaultfd @io-uring
syscalls-deny @namespaces
# New namespaces. What clone3 and the i386 calls for all of sockets and System V
# IPC are about is in memory, where a filter cannot look.
syscalls-answer ENOSYS clone3 socketcall ipc statmount listmount
syscalls-deny clone(flags & CLONE_NEWUSER|CLONE_NEWNS|CLONE_NEWPID|CLONE_NEWNET|CLONE_NEWIPC|CLONE_NEWUTS|CLONE_NEWCGROUP)
# Files of yours that run as you, whoever starts them: setuid and setgid. What
# openat2 is about is in memory. 0x400000 is O_TMPFILE without O_DIRECTORY: who
# opens a directory need not say a mode, and some say what was in the register.
syscalls-answer ENOSYS openat2
syscalls-deny chmod(mode & S_ISUID|S_ISGID) fchmod(mode & S_ISUID|S_ISGID)
syscalls-deny fchmodat(mode & S_ISUID|S_ISGID) fchmodat2(mode & S_ISUID|S_ISGID)
syscalls-deny creat(mode & S_ISUID|S_ISGID)
syscalls-deny mknod(mode & S_ISUID|S_ISGID) mknodat(mode & S_ISUID|S_ISGID)
syscalls-deny open(flags & O_CREAT|0x400000, mode & S_ISUID|S_ISGID)
syscalls-deny openat(flags & O_CREAT|0x400000, mode & S_ISUID|S_ISGID)
# Sockets of families that a network namespace does not contain, or that few
# need and many holes were in.
syscalls-deny socket(domain != AF_UNIX|AF_INET|AF_INET6|AF_NETLINK)
syscalls-deny socket(AF_NETLINK, *, protocol != NETLINK_ROUTE)
syscalls-deny socketpair(domain != AF_UNIX)
# Typing into the terminal, and taking it over. Snapshots of btrfs: of all that is
# in the file system, hidden or not (SNAP_CREATE, SNAP_CREATE_V2 of linux/btrfs.h).
syscalls-deny ioctl(cmd == TIOCSTI|TIOCLINUX|TIOCSETD|TIOCCONS|0x50009401|0x50009417)
# PID 1 keeps the limits, and has to run for that: nobody inside makes it wait.
syscalls-deny sched_setscheduler(pid == 1) sched_setattr(pid == 1)
syscalls-deny sched_setaffinity(pid == 1)
syscalls-deny setpriority(which != 0) setpriority(*, who == 1)
# Personalities that change numbers of versions, or no address, and nothing else.
syscalls-allow personality(PER_LINUX|PER_LINUX32|ADDR_NO_RANDOMIZE|UNAME26|0xffffffff)

# No program takes the whole machine: half of its memory, and so many processes
# and threads. Files may be as large as they like.
memory 50%
pids 1024
file-size unlimited

# No core files, and no core handler: 0 would not stop a piped one, core(5).
rlimit core=1:1

include-try site
