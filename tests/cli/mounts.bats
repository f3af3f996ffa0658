#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031
# The mount engine: flags, order, what it makes and what it must not touch.
load helper

# tree: $T/tree with a file and a directory.
tree() {
	mkdir -p "$T/tree/sub"
	echo data >"$T/tree/file"
}

# bare ARG...: from nothing: the probe, /proc and what ARGs say.
bare() {
	works --profile none --unshare-pid --proc /proc \
		--ro-bind "$PROBE" /probe "$@"
}

# flags PATH: the per-mount flags there, by the probe's last output.
flags() {
	awk -v path="$1" '$1 == path {print $3}' <<<"$output" | tail -n 1
}

has_flags() {
	local flag all

	all=,$(flags "$1"),
	for flag in "${@:2}"; do
		case $flag in
		!*) [[ $all != *,${flag#!},* ]] ;;
		*) [[ $all == *,$flag,* ]] ;;
		esac || show "$1 has flags '$all', wanted ${*:2}" || return 1
	done
}

# --- the bind family ---------------------------------------------------------

@test "the bind family sets the flags it says" {
	tree
	bare --bind "$T/tree" /a --ro-bind "$T/tree" /b \
		--dev-bind /dev/null /c --dev-bind "$T/tree" /d \
		--ro "$T/tree" --rw "$PROJECT" /probe mounts
	has_flags /a rw nosuid nodev
	has_flags /b ro nosuid nodev
	has_flags /c rw nosuid '!nodev'
	has_flags /d rw nosuid '!nodev'
	has_flags "$T/tree" ro nosuid nodev
	has_flags "$PROJECT" rw nosuid nodev
}

@test "what is bound can be read, and written where it may be" {
	tree
	bare --bind "$T/tree" /a --ro-bind "$T/tree" /b /probe write /a/new x
	has ok
	[ "$(cat "$T/tree/new")" = x ]
	bare --ro-bind "$T/tree" /b /probe write /b/new2 x
	says EROFS
	[ ! -e "$T/tree/new2" ]
	bare --ro-bind "$T/tree" /b /probe open /b/file r
	says ok
}

@test "a device file works under --dev-bind and not under --bind" {
	[ "$("$PROBE" open /dev/null rw)" = ok ]
	bare --dev-bind /dev/null /null /probe open /null rw
	says ok
	bare --bind /dev/null /null /probe open /null rw
	says EACCES
}

@test "a read-only bind is read-only in all mounts below it" {
	run private_host '
		mkdir -p /srv/tree/sub
		mount -t tmpfs tmpfs /srv/tree/sub
		mkdir /srv/tree/sub/deep
		mount -t tmpfs tmpfs /srv/tree/sub/deep
		[ "$(./probe write /srv/tree/sub/deep/x y)" = ok ] || exit 99
		for where in /srv/tree /srv/tree/sub /srv/tree/sub/deep; do
			"$SANDBOX" --ro /srv/tree ./probe write $where/new x
			"$SANDBOX" --rw /srv/tree ./probe write $where/new x
		done'
	[ "$status" = 0 ]
	[ "$output" = $'EROFS\nok\nEROFS\nok\nEROFS\nok' ]
}

@test "a read-only mount cannot be made writable from inside" {
	tree
	works --ro "$T/tree" ./probe remount "$T/tree"
	says EPERM
	works --ro "$T/tree" ./probe umount "$T/tree"
	says EPERM
	works ./probe mount
	says EPERM
}

@test "a -try form passes over what does not exist, and only that" {
	local option

	tree
	for option in --bind-try --ro-bind-try --dev-bind-try; do
		bare "$option" /no/such /x /probe stat /x
		says ENOENT
		bare "$option" "$T/tree" /x /probe open /x/file r
		says ok
	done
	for option in --ro-try --rw-try; do
		bare "$option" /no/such /probe stat /no
		says ENOENT
		bare "$option" "$T/tree" /probe open "$T/tree/file" r
		says ok
	done
}

@test "a file can be bound, on a new name and on a file" {
	tree
	echo other >"$T/other"
	bare --ro-bind "$T/tree/file" /etc/a/b/c /probe stat /etc/a/b/c
	matches '^file '
	bare --bind "$T/tree" /t --ro-bind "$T/other" /t/file \
		/probe open /t/file r
	says ok
	[ "$(cat "$T/tree/file")" = data ]
	works --ro-bind "$T/other" /etc/hostname cat /etc/hostname
	says other
}

@test "a directory does not go on a file, nor a file on a directory" {
	tree
	fails 125 "'/t/file'" 'not a directory' -- --bind "$T/tree" /t \
		--bind "$T/tree/sub" /t/file
	fails 125 "'/t/sub'" 'is a directory' -- --bind "$T/tree" /t \
		--bind "$T/tree/file" /t/sub
	[ "$(cat "$T/tree/file")" = data ]
}

@test "relative sources are taken from the working directory" {
	mkdir data
	echo x >data/file
	works --workdir none --chdir / --ro-bind data /d cat /d/file
	says x
	works --ro-bind data/../data/. /d cat /d/file
	says x
}

@test "ro and rw recreate the symlinks among the components" {
	tree
	ln -s tree "$T/one"
	ln -s "$T/one/sub" "$T/two"
	works --ro "$T/two" ./probe readlink "$T/two"
	says "$T/one/sub"
	works --ro "$T/two" ./probe readlink "$T/one"
	says tree
	works --ro "$T/two" ./probe write "$T/two/x" y
	says EROFS
	works --rw "$T/two" ./probe write "$T/two/x" y
	says ok
	[ -e "$T/tree/sub/x" ]
	# Only what the path leads to is shown.
	works --ro "$T/two" ./probe stat "$T/tree/file"
	says ENOENT
}

# --- order -------------------------------------------------------------------

@test "mounts are made in their order: a later one covers" {
	tree
	bare --bind "$T/tree" /a --tmpfs /a /probe list /a
	says ''
	bare --tmpfs /a --bind "$T/tree" /a /probe open /a/file r
	says ok
	bare --ro-bind "$T/tree" /a --bind "$T/tree/sub" /a/sub \
		/probe write /a/sub/x y
	says ok
	bare --bind "$T/tree/sub" /a/sub --ro-bind "$T/tree" /a \
		/probe write /a/sub/z y
	says EROFS
}

@test "a writable place within a read-only one" {
	tree
	works --ro "$T/tree" --rw "$T/tree/sub" ./probe write "$T/tree/sub/x" y
	says ok
	works --ro "$T/tree" --rw "$T/tree/sub" ./probe write "$T/tree/x" y
	says EROFS
	works --rw "$T/tree" --ro "$T/tree/sub" ./probe write "$T/tree/sub/x" y
	says EROFS
	works --rw "$T/tree" --ro "$T/tree/sub" ./probe write "$T/tree/x" y
	says ok
}

@test "the working directory's place in the order is the profile's" {
	echo x >hidden
	works --hide "$PROJECT/hidden" --workdir rw ./probe open hidden r
	says EACCES
	mkdir sub
	works --ro "$PROJECT/sub" ./probe write sub/x y
	says EROFS
}

# --- tmpfs, dir, symlink -----------------------------------------------------

@test "--perms and --size are for the very next thing" {
	bare --perms 0750 --size 1M --tmpfs /a --tmpfs /b --size 2M --perms 1777 \
		--tmpfs /c --perms 0700 --dir /d --dir /e /probe stat /a
	matches '^dir 0750 '
	bare --perms 0750 --size 1M --tmpfs /a --tmpfs /b /probe stat /b
	matches '^dir 0755 '
	bare --size 1M --perms 1777 --tmpfs /c /probe stat /c
	matches '^dir 1777 '
	bare --perms 0700 --dir /d --dir /e /probe stat /d
	matches '^dir 0700 '
	bare --perms 0700 --dir /d --dir /e /probe stat /e
	matches '^dir 0755 '
}

@test "--perms and --size anywhere else are an error" {
	fails 125 --perms 'right before' -- --perms 0700 --ro /usr --tmpfs /x
	fails 125 --size 'right before' -- --size 1M --dir /x
	fails 125 --size 'right before' -- --size 1M
	fails 125 --perms 'right before' -- --perms 0700 --setenv A b
	fails 125 --perms 'twice' -- --perms 0700 --perms 0711 --tmpfs /x
	fails 125 --size 'twice' -- --size 1M --size 2M --tmpfs /x
}

@test "the umask does not change what --perms says" {
	umask 077
	bare --perms 0755 --dir /a --tmpfs /b /probe stat /a
	matches '^dir 0755 '
	bare --perms 0777 --tmpfs /b /probe stat /b
	matches '^dir 0777 '
	works sh -c umask
	says 0077
}

@test "a tmpfs is as large as --size says" {
	sandbox --size 1M --tmpfs /mnt sh -c 'head -c 1048577 /dev/zero >/mnt/a'
	[ "$status" != 0 ]
	grep -q 'No space left' "$T/err"
	works --size 2M --tmpfs /mnt sh -c 'head -c 1048577 /dev/zero >/mnt/a'
}

@test "a tmpfs is the user's own, and empty" {
	bare --tmpfs /a /probe write /a/x y
	says ok
	works --tmpfs /mnt ./probe list /mnt
	says ''
	bare --tmpfs /a /probe mounts
	has_flags /a rw nosuid nodev
}

@test "--dir makes parents, and is content with a directory" {
	bare --dir /a/b/c /probe stat /a/b/c
	matches '^dir 0755 '
	tree
	bare --bind "$T/tree" /a --dir /a/sub --dir /a /probe stat /a/sub
	matches '^dir '
	fails 125 "'/a/file'" 'not a directory' -- --bind "$T/tree" /a \
		--dir /a/file
}

@test "--symlink makes a link, once" {
	bare --symlink /target /a/b /probe readlink /a/b
	says /target
	bare --symlink ../x /a/b --symlink ../x /a/b /probe readlink /a/b
	says ../x
	fails 125 "'/a/b'" "existing destination is 'one'" -- \
		--symlink one /a/b --symlink two /a/b
	fails 125 "'/a/b'" 'something else' -- --dir /a/b --symlink one /a/b
	works --symlink usr/bin /bin true
}

@test "--remount-ro closes the mount, not the ones below" {
	tree
	bare --bind "$T/tree" /a --tmpfs /a/sub --remount-ro /a \
		/probe write /a/x y
	says EROFS
	bare --bind "$T/tree" /a --tmpfs /a/sub --remount-ro /a \
		/probe write /a/sub/x y
	says ok
	[ ! -e "$T/tree/x" ]
	[ "$("$PROBE" write "$T/tree/x" y)" = ok ]
}

@test "--remount-ro of a tmpfs leaves room for later directives" {
	bare --tmpfs /a --remount-ro /a --tmpfs /a/b /probe write /a/b/x y
	says ok
	bare --tmpfs /a --remount-ro /a --tmpfs /a/b /probe write /a/x y
	says EROFS
	bare --remount-ro / --dir /x /probe mkdir /y
	says EROFS
}

@test "--remount-ro of something that is no mount point is an error" {
	tree
	sandbox --profile none --bind "$T/tree" /a --remount-ro /a/sub /x
	status_is 125
	complains "'/a/sub'"
	sandbox --profile none --bind "$T/tree" /a --remount-ro /none /x
	status_is 125
	complains "'/none'"
}

# --- hide --------------------------------------------------------------------

@test "--hide covers a directory, which is empty, closed and read-only" {
	tree
	works --ro "$T/tree" --hide "$T/tree/sub" ./probe stat "$T/tree/sub"
	matches '^dir 0000 '
	echo x >"$T/tree/sub/secret"
	works --ro "$T/tree" --hide "$T/tree/sub" \
		./probe stat "$T/tree/sub/secret"
	matches '^(EACCES|ENOENT)$'
	works --rw "$T/tree" --hide "$T/tree/sub" \
		./probe mkdir "$T/tree/sub/new"
	matches '^(EACCES|EROFS)$'
	[ ! -e "$T/tree/sub/new" ]
	works --rw "$T/tree" ./probe open "$T/tree/sub/secret" r
	says ok
}

@test "--hide covers a file, which is empty and closed" {
	tree
	works --ro "$T/tree" --hide "$T/tree/file" ./probe stat "$T/tree/file"
	matches '^file 0000 .* 0$'
	works --rw "$T/tree" --hide "$T/tree/file" \
		./probe write "$T/tree/file" x
	matches '^(EACCES|EROFS)$'
	sandbox --rw "$T/tree" --hide "$T/tree/file" cat "$T/tree/file"
	[ -z "$output" ]
	sandbox --rw "$T/tree" --hide "$T/tree/file" rm -f "$T/tree/file"
	[ "$(cat "$T/tree/file")" = data ]
}

@test "--hide of a symlink covers the link and what it points to" {
	tree
	ln -s file "$T/tree/link"
	ln -s nothing "$T/tree/dangling"
	works --ro "$T/tree" --hide "$T/tree/link" ./probe stat "$T/tree/link"
	matches '^file 0000 .* 0$'
	works --ro "$T/tree" --hide "$T/tree/link" ./probe stat "$T/tree/file"
	matches '^file 0000 .* 0$'
	works --ro "$T/tree" --hide "$T/tree/dangling" \
		./probe stat "$T/tree/dangling"
	matches '^file 0000 .* 0$'
	[ "$(readlink "$T/tree/link")" = file ]
}

@test "--hide of what is not there is nothing" {
	tree
	works --ro "$T/tree" --hide "$T/tree/none" --hide /no/such/thing \
		--hide "$T/tree/file/x" ./probe stat "$T/tree/none"
	says ENOENT
	[ ! -e "$T/tree/none" ]
}

@test "--hide works on a FIFO, a socket and a mount point" {
	tree
	mkfifo "$T/tree/fifo"
	works --rw "$T/tree" --hide "$T/tree/fifo" ./probe stat "$T/tree/fifo"
	matches '^file 0000 '
	works --tmpfs /mnt/x --hide /mnt/x ./probe stat /mnt/x
	matches '^dir 0000 '
	works --chdir / --hide /tmp stat -c %a /tmp
	says 0
}

@test "many things can be hidden, in a root of any kind" {
	local args=() n

	tree
	for n in {1..300}; do
		echo "$n" >"$T/tree/f$n"
		args+=(--hide "$T/tree/f$n")
	done
	works --ro "$T/tree" "${args[@]}" ./probe stat "$T/tree/f300"
	matches '^file 0000 .* 0$'
	works --profile none --bind / / --hide "$T/tree/f1" \
		./probe stat "$T/tree/f1"
	matches '^file 0000 .* 0$'
}

# --- destinations stay within the root ---------------------------------------

@test "an absolute symlink in a bound tree makes nothing on the host" {
	mkdir -p "$T/evil" "$T/victim"
	ln -s "$T/victim" "$T/evil/link"
	ln -s / "$T/evil/root"
	# CVE-2026-87766. Inside, the link leads to a place in the sandbox.
	sandbox --profile none --unshare-pid --proc /proc \
		--ro-bind "$PROBE" /probe --bind "$T/evil" /evil \
		--ro-bind "$PROBE" /evil/link/new/file \
		/probe stat "$T/victim/new/file"
	status_is 0
	matches '^file '
	[ -z "$(ls -A "$T/victim")" ]
	sandbox --bind "$T/evil" /mnt --tmpfs "/mnt/root$T/victim/x" true
	[ -z "$(ls -A "$T/victim")" ]
	sandbox --bind "$T/evil" /mnt --dir /mnt/link/x --symlink a /mnt/link/y \
		true
	[ -z "$(ls -A "$T/victim")" ]
	sandbox --bind "$T/evil" /mnt --hide /mnt/link \
		--remount-ro /mnt/link true
	[ -z "$(ls -A "$T/victim")" ]
}

@test "a symlink with many .. cannot leave the root" {
	mkdir -p "$T/evil" "$T/victim"
	ln -s "../../../../../../../../../../../..$T/victim" "$T/evil/up"
	bare --bind "$T/evil" /evil --tmpfs /evil/up/x \
		/probe stat "$T/victim/x"
	matches '^dir '
	[ -z "$(ls -A "$T/victim")" ]
}

@test "a destination with .. cannot leave the root" {
	mkdir -p "$T/tree" "$T/victim"
	bare --dir /a --tmpfs "/a/../../../..$T/victim/x" \
		/probe stat "$T/victim/x"
	matches '^dir '
	bare --bind "$T/tree" /t --tmpfs /t/../u /probe stat /u
	matches '^dir '
	[ -z "$(ls -A "$T/victim")" ]
	[ -z "$(ls -A "$T/tree")" ]
	bare --dir /a --tmpfs /a/.. /probe stat /a
}

@test "a symlink loop as destination is an error" {
	mkdir "$T/evil"
	ln -s loop "$T/evil/loop"
	fails 125 "'/mnt/loop/x'" 'levels of symbolic links' -- \
		--bind "$T/evil" /mnt --tmpfs /mnt/loop/x
}

@test "a magic link of /proc as destination is not followed" {
	sandbox --proc /proc --tmpfs /proc/self/cwd/x ./probe write ran x
	status_is 125
	[ ! -e x ]
	sandbox --proc /proc --tmpfs /proc/self/root/x ./probe write ran x
	[ ! -e x ]
}

@test "the root of a sandbox is not the host's" {
	works ./probe stat "$T/outside"
	says ENOENT
	works ./probe stat "/proc/1/root$T/outside"
	matches '^(EACCES|ENOENT)$'
	works ./probe stat "/proc/self/root$T/outside"
	says ENOENT
	works ./probe stat "/..$T/outside"
	says ENOENT
	[ "$("$PROBE" open "$T/outside" r)" = ok ]
}

# --- size and leftovers ------------------------------------------------------

@test "a thousand binds in one run" {
	local args=() n

	tree
	for n in {1..1000}; do
		args+=(--ro-bind "$T/tree" "/b/$n")
	done
	bare "${args[@]}" /probe open /b/1000/file r
	says ok
	bare "${args[@]}" /probe mounts
	[ "$(grep -c '^/b/' <<<"$output")" = 1000 ]
}

@test "a thousand binds work with few descriptors" {
	local args=() n

	tree
	for n in {1..1000}; do
		args+=(--ro-bind "$T/tree/file" "/b/$n/x")
	done
	if is_asan; then
		ulimit -n 1024
	else
		ulimit -n 512
	fi
	bare "${args[@]}" /probe open /b/1000/x r
	says ok
}

@test "nothing of it shows in the host's mounts" {
	cat /proc/self/mountinfo >"$T/before"
	works --tmpfs "$T/x" --bind "$T" /mnt ./probe mounts
	matches '^/mnt '
	"$SANDBOX" --tmpfs "$T/x" sleep 30 &
	ends_with_test $!
	within 20 host_sees 'sleep 30'
	cat /proc/self/mountinfo >"$T/during"
	# Other tests run beside this one: only our names matter.
	not grep -F "$T" "$T/during"
	[ ! -e "$T/x" ]
}

@test "every mount inside is private" {
	works --ro "$T" ./probe mounts
	! grep -qv ' private$' <<<"$output" || show 'not private'
}

@test "a mount made shared outside does not receive what is made inside" {
	run private_host '
		mount --make-rshared /
		mkdir /srv/a
		"$SANDBOX" --rw /srv --tmpfs /srv/a/x ./probe write /srv/a/x/y z
		grep -c "/srv/a/x" /proc/self/mountinfo
		ls /srv/a'
	[ "$output" = $'ok\n0\nx' ]
}

@test "sandbox works inside one that leaves it the means" {
	cp "$SANDBOX" ./inner
	# To map root takes a capability that the outer one has dropped.
	if is_root; then
		fails 125 'uid_map' -- --profile none --bind / / --unshare-all \
			./inner
	else
		works --profile none --bind / / --unshare-all \
			./inner ./probe status1 NoNewPrivs
		says 'NoNewPrivs 1'
	fi
}

@test "a /proc, a /dev and a devpts of the sandbox's own" {
	bare --dev /dev /probe list /dev
	says "console
core
fd
full
null
ptmx
pts
random
shm
stderr
stdin
stdout
tty
urandom
zero" || says "core
fd
full
null
ptmx
pts
random
shm
stderr
stdin
stdout
tty
urandom
zero"
	bare --dev /dev /probe open /dev/ptmx rw
	says ok
	bare --dev /dev /probe list /dev/pts
	says ptmx
	bare /probe pids
	[ "$(wc -l <<<"$output")" -le 2 ]
}

@test "/dev can be somewhere else" {
	bare --dev /other /probe open /other/null rw
	says ok
	bare --dev /other /probe open /other/pts/ptmx rw
	says ok
}
