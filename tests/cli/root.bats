#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016
# The same walls hold when root runs it. Most of these tests hold for everybody
# and mean something only as root.
load helper

@test "files that only root may read cannot be read inside" {
	local file

	for file in /etc/shadow /etc/gshadow; do
		[ -e "$file" ] || continue
		! is_root || [ "$("$PROBE" open "$file" r)" = ok ]
		works ./probe open "$file" r
		says EACCES
		works ./probe open "$file" w
		matches '^(EACCES|EROFS)$'
		works --map-root ./probe open "$file" r
		says EACCES
		works --profile gcc ./probe open "$file" r
		says EACCES
	done
}

@test "secrets below /etc are hidden from root" {
	is_root || return 0
	run private_host '
		mkdir -p /etc/ssh /etc/sudoers.d /etc/ssl/private
		for file in shadow gshadow sudoers ssh/ssh_host_rsa_key \
			ssh/ssh_host_ecdsa_key ssh/ssh_host_ed25519_key \
			sudoers.d/x ssl/private/key; do
			echo secret >/etc/$file
			chmod 600 /etc/$file
			cat /etc/$file
			"$SANDBOX" cat /etc/$file
		done 2>/dev/null'
	[ "$(grep -c '^secret$' <<<"$output")" = 8 ]
}

@test "a hidden file cannot be uncovered" {
	works ./probe umount /etc/shadow
	says EPERM
	works ./probe open /proc/self/root/etc/shadow r
	says EACCES
	works ./probe open /proc/1/root/etc/shadow r
	says EACCES
}

@test "nothing below /proc/sys can be written" {
	local file

	for file in kernel/core_pattern kernel/hostname vm/drop_caches \
		kernel/modprobe fs/file-max net/ipv4/ip_forward; do
		[ -e "/proc/sys/$file" ] || continue
		works ./probe open "/proc/sys/$file" w
		matches '^(EROFS|EACCES)$'
		if is_root; then
			works ./probe open "/proc/sys/$file" w
			matches '^(EROFS)$'
		fi
		works --map-root ./probe open "/proc/sys/$file" w
		matches '^(EROFS|EACCES)$'
	done
}

@test "other ways to the kernel are closed" {
	local file

	for file in /proc/sysrq-trigger /proc/irq/default_smp_affinity \
		/proc/kcore /proc/kmem /dev/mem /dev/kmem /dev/port /dev/kmsg \
		/proc/acpi/wakeup /proc/bus/pci/devices /proc/timer_list \
		/sys/kernel/uevent_helper /sys/power/state \
		/sys/fs/cgroup/cgroup.procs /sys/devices/system/cpu/cpu1/online \
		/proc/1/mem /proc/1/environ \
		/proc/mtrr /proc/driver /proc/scsi/scsi; do
		works ./probe open "$file" w
		matches '^(EROFS|EACCES|EPERM|ENOENT|EISDIR)$' || show "$file"
	done
}

@test "device nodes cannot be made, nor disks reached" {
	sandbox mknod ./disk b 8 0
	[ "$status" != 0 ]
	[ ! -e disk ]
	works find /dev -type b
	says ''
}

@test "root's own home is not there" {
	is_root || return 0
	[ -d /root ]
	works ./probe stat /root
	says ENOENT
	HOME=/root works ./probe list /root
	says ''
}

@test "the whole tree bound read-only cannot be written by root" {
	works --profile none --ro-bind / / ./probe write "$T/new" x
	says EROFS
	works --profile none --ro-bind / / ./probe remount /
	says EPERM
	[ ! -e "$T/new" ]
	[ "$("$PROBE" write "$T/new" x)" = ok ]
}

@test "a process of the host cannot be signalled" {
	sleep 60 3>&- &
	ends_with_test $!
	works ./probe kill $! 0
	says ESRCH
	works ./probe kill -1 CONT
	matches '^(ok|ESRCH|EPERM)$'
	kill -0 $!
}

@test "a set-user-id program gains nothing" {
	cp "$(command -v id)" ./id
	chmod 4755 ./id
	works ./id -u
	says "$(id -u)"
	works ./probe mounts
	# A device node is no program.
	! grep -vE '[, ]nosuid[, ]|^/dev/[a-z]+ devtmpfs ' <<<"$output" ||
		show 'not nosuid'
}

# As bwrap, or with the profile none, the root may be the namespace's own copy
# of all mounts; in a chroot(2) jail it is not always a mount.
@test "in a chroot(2) jail the root is the jail's" {
	is_root || return 0
	mkdir -p "$T/jail" "$T/dir/mnt"
	cat >"$T/jailed" <<-'END'
		mount --make-rprivate /
		mount --rbind / "$1/jail"
		mount -t tmpfs none "$1/jail/mnt"
		cp -L "$2" "$1/jail/mnt/bwrap"
		echo jail >"$1/jail/mnt/here"
		chroot "$1/jail" /mnt/bwrap --ro-bind / / cat /mnt/here
		# Not a mount, only a directory.
		for d in proc bin lib lib64 usr; do
			mkdir "$1/dir/$d"
			mount --rbind "/$d" "$1/dir/$d"
		done
		cp -L "$2" "$1/dir/mnt/bwrap"
		echo dir >"$1/dir/mnt/here"
		chroot "$1/dir" /mnt/bwrap --ro-bind / / cat /mnt/here || :
	END
	anything unshare -m sh -e "$T/jailed" "$T" "$SANDBOX"
	status_is 0
	says $'jail'
}

# The root in place: what else is shown must not be shared with the host.
@test "nothing that is mounted inside appears on the host" {
	is_root || return 0
	mkdir -p "$T/shown/place" "$T/as"
	cp "$SANDBOX" "$T/as/bwrap"
	cat >"$T/shared" <<-'END'
		mount --make-rshared /
		cd "$1"
		before=$(sort /proc/self/mountinfo)
		as/bwrap --ro-bind / / --bind "$1/shown" "$1/shown" \
			--tmpfs "$1/shown/place" sh -c '
			grep -c " shared:" /proc/self/mountinfo
			mount -t tmpfs none "$0/shown/place" && echo mounted' "$1"
		"$2" --profile none --bind / / --bind "$1/shown" /mnt sh -c '
			grep -c -e " shared:" -e " master:" /proc/self/mountinfo'
		[ "$before" = "$(sort /proc/self/mountinfo)" ] && echo same
	END
	anything unshare -m sh "$T/shared" "$T" "$SANDBOX"
	says $'0\nmounted\n0\nsame'
}

# As on a host with systemd: binfmt_misc is mounted there.
@test "a second user namespace works where something is mounted in /proc" {
	is_root || return 0
	mkdir -p "$T/as"
	cp "$SANDBOX" "$T/as/bwrap"
	chmod -R go+rX "$T"
	cat >"$T/covered" <<-'END'
		mount -t tmpfs none /proc/sys/fs
		setpriv --reuid 64123 --regid 64123 --clear-groups "$1" \
			--unshare-user --cap-add ALL --disable-userns \
			--ro-bind / / --dev /dev echo yes
	END
	anything unshare -m sh -e "$T/covered" "$T/as/bwrap"
	status_is 0 && quiet && says yes
}

# As bwrap root has no user namespace, which would end the sharing.
@test "as bwrap nothing is shared with the host, and caps are what there is" {
	is_root || return 0
	cat >"$T/shared" <<-'END'
		ln "$2" "$1/bwrap" 2>/dev/null || cp "$2" "$1/bwrap"
		mount -t tmpfs none "$1"/home
		mount --make-shared "$1"/home
		"$1/bwrap" --dev-bind / / --dev /dev --bind "$1"/home /mnt \
			sh -c '! grep shared: /proc/self/mountinfo'
		setpriv --bounding-set -sys_resource --inh-caps -sys_resource \
			"$1/bwrap" --ro-bind / / --cap-add ALL sh -c \
			'grep CapEff /proc/self/status' >"$1/added"
		setpriv --bounding-set -sys_resource --inh-caps -sys_resource \
			grep CapEff /proc/self/status | cmp - "$1/added"
	END
	anything unshare -m --propagation shared sh -e "$T/shared" "$T" \
		"$SANDBOX"
	status_is 0
	says ''
}
