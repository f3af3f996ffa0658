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
# read stays out of sight.
hide-from-root /etc/shadow
hide-from-root /etc/shadow-
hide-from-root /etc/gshadow
hide-from-root /etc/gshadow-
hide-from-root /etc/sudoers
hide-from-root /etc/sudoers.d
hide-from-root /etc/sudo.conf
hide-from-root /etc/sudo_logsrvd.conf
hide-from-root /etc/security/opasswd
hide-from-root /etc/ssh/ssh_host_rsa_key
hide-from-root /etc/ssh/ssh_host_dsa_key
hide-from-root /etc/ssh/ssh_host_ecdsa_key
hide-from-root /etc/ssh/ssh_host_ed25519_key
hide-from-root /etc/ssl/private
hide-from-root /etc/pki/tls/private
hide-from-root /etc/krb5.keytab
hide-from-root /etc/crypttab
hide-from-root /etc/wireguard
hide-from-root /etc/NetworkManager/system-connections
hide-from-root /etc/netplan
hide-from-root /etc/wpa_supplicant
hide-from-root /etc/polkit-1
hide-from-root /etc/ppp
hide-from-root /etc/cups/ssl
hide-from-root /etc/docker
hide-from-root /etc/kubernetes
hide-from-root /etc/rancher
hide-from-root /etc/mysql/debian.cnf
hide-from-root /etc/postfix/sasl
hide-from-root /etc/exim4/passwd.client
hide-from-root /etc/letsencrypt
hide-from-root /etc/iscsi
hide-from-root /etc/multipath
hide-from-root /etc/audit
hide-from-root /etc/credstore
hide-from-root /etc/credstore.encrypted

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

# No core files, and no core handler: 0 would not stop a piped one, core(5).
rlimit core=1:1

include-try site
