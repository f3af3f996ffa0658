#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --map-auto: many ids inside, as /etc/subuid and /etc/subgid give them.
#
# tests/cli/run has an /etc of its own for it, when it may: $RANGES is the first
# id that is given to this account.
#
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # bats, helper.bash

load helper

setup_file() {
	local file

	if [ -z "${RANGES-}" ]; then
		RANGES=$(sed -n "s/^$(id -un):\([0-9]*\):.*/\1/p" /etc/subuid |
			head -n 1)
		[ -n "$RANGES" ] || skip "this account has no ids to map"
	fi
	export RANGES
}

auto() {
	works --map-auto "$@"
}

other='setpriv --reuid 5 --regid 6 --clear-groups --'

# What runs inside as another user can be stopped by nobody but us.
not_left() {
	within 5 host_does_not_see "$1" ||
		{ echo "still there: $1"; return 1; }
}

@test "the caller is 0 inside, and his ranges come after" {
	auto sh -c 'id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map'
	[ "$(tr -s ' ' <<<"$output" | sed 's/^ //' | head -n 4)" = "0
0
0 $(id -u) 1
1 $RANGES $(tr -s ' ' <<<"$output" | sed -n '4s/.* //p')" ]
	[ "$(tail -n 2 <<<"$output" | head -n 1 | tr -s ' ')" = \
		" 0 $(id -g) 1" ]
}

@test "the map is that of --dry-run" {
	works --map-auto --dry-run true
	matches "^  uid 0 is $(id -u) outside$" "^  gid 0 is $(id -g) outside$" \
		"^  uids 1 to [0-9]+ are $RANGES to [0-9]+ outside$" \
		"^  as /.*/newuidmap and /.*/newgidmap map them$"
}

@test "users and groups can be changed, of files and of processes" {
	auto sh -c "touch a && chown 7:8 a && stat -c %u:%g a &&
		$other sh -c 'id -u; id -g; id -G' &&
		setpriv --groups 9,10 id -G"
	says '7:8
5
6
6
0 9 10'
	[ "$(stat -c %u a)" = "$((RANGES + 6))" ]
	[ "$(stat -c %g a)" = "$((RANGES + 7))" ]
	auto rm a
	[ ! -e a ]
}

@test "an id that is given to nobody cannot be taken" {
	sandbox --map-auto setpriv --reuid 4000000000 true
	[ "$status" != 0 ]
	sandbox --map-auto chown 4000000000 .
	[ "$status" != 0 ]
}

@test "who becomes another user loses what root could" {
	echo x >file
	chmod 600 file
	auto cat file
	sandbox --map-auto sh -c "$other cat file"
	status_is 1
	says ''
	auto sh -c "$other grep -E 'Cap(Prm|Eff|Amb)' /proc/self/status"
	has $'CapPrm:\t0000000000000000' $'CapEff:\t0000000000000000' \
		$'CapAmb:\t0000000000000000'
	sandbox --map-auto sh -c "$other chown 5 file"
	status_is 1
}

@test "capabilities are docker's, and --cap-drop and --cap-add count" {
	local all=00000000a80425fb

	# What root marks a file with would count outside.
	! is_root || all=00000000280425fb
	auto sed -n 's/^Cap[EB].*\t//p' /proc/self/status
	says "$all
$all"
	auto --cap-drop ALL sed -n 's/^CapEff:\t//p' /proc/self/status
	says 0000000000000000
	auto --cap-drop ALL --cap-add CAP_CHOWN \
		sed -n 's/^CapEff:\t//p' /proc/self/status
	says 0000000000000001
}

@test "PID 1 keeps the right to end others, and nothing else" {
	auto sed -n 's/^Cap//p' /proc/1/status
	says $'Inh:\t0000000000000000
Prm:\t0000000000000020
Eff:\t0000000000000020
Bnd:\t0000000000000000
Amb:\t0000000000000000'
	auto --cap-drop CAP_SETUID sed -n 's/^CapEff:\t//p' /proc/1/status
	says 0000000000000000
}

@test "files of the system are as closed as ever" {
	fails 125 'does not exist' -- --map-auto --ro /nowhere-at-all
	for file in /etc/shadow /etc/gshadow; do
		[ -e "$file" ] || continue
		sandbox --map-auto cat "$file"
		status_is 1
		says ''
	done
	sandbox --map-auto touch /etc/x
	status_is 1
	sandbox --map-auto chown 0 /etc/passwd
	status_is 1
	sandbox --map-auto sh -c 'echo 1 >/proc/sys/kernel/randomize_va_space'
	[ "$status" != 0 ]
	sandbox --map-auto mknod here c 1 3
	status_is 1
	sandbox --map-auto mount -t tmpfs none /tmp
	[ "$status" != 0 ]
}

@test "as root what is read-only by its mode alone is no less so" {
	is_root || skip 'the capability is none over files of root'
	[ -d /proc/fs/ext4 ] || skip 'nothing is below /proc/fs here'
	auto sh -c 'for file in /proc/fs/*/*/*; do
		(: >"$file") 2>/dev/null && echo "$file"; done; true'
	says ''
	auto --profile none --unshare-pid --bind / / \
		sh -c ': >"$(ls /proc/fs/ext4/*/options | head -n 1)"'
}

@test "no setuid file is made, unless that was asked for" {
	touch file
	sandbox --map-auto chmod 4755 file
	status_is 1
	[ ! -u file ]
	auto --syscalls-allow 'chmod fchmod fchmodat fchmodat2' chmod 4755 file
	[ -u file ]
	works --profile packages sh -c "chmod 755 file && chown 5 file &&
		chmod 6711 file && stat -c %a:%u file"
	says 6711:5
	works --map-auto rm file
}

@test "signals and time limits reach who has become another user" {
	local pid signal

	for signal in TERM HUP USR2; do
		"$SANDBOX" --map-auto --time-limit 60 sh -c "exec $other sh -c \
			'trap \"echo got; exit 7\" $signal
			echo on; sleep 60123 & wait'" >"$T/out" 2>"$T/err" &
		pid=$!
		ends_with_test "$pid"
		within 20 grep -q on "$T/out"
		kill -"$signal" "$pid"
		status=0
		wait "$pid" || status=$?
		[ "$status" = 7 ]
		[ "$(cat "$T/out")" = 'on
got' ]
		not_left 'sleep 60123'
	done
	sandbox --map-auto --time-limit 1 sh -c "exec $other sleep 60124"
	status_is 124
	not_left 'sleep 60124'
	sandbox --map-auto --time-limit 1 --grace 20 sh -c "exec $other sh -c \
		'trap \"echo got; exit 0\" TERM; sleep 60125 & wait'"
	status_is 124
	says got
}

@test "nothing is left of a supervisor that was killed" {
	"$SANDBOX" --map-auto --time-limit 60 sh -c "$other setsid sleep 60126 & echo on; wait" \
		>"$T/out" 2>&1 &
	ends_with_test $!
	within 20 grep -q on "$T/out"
	within 20 host_sees 'sleep 60126'
	kill -KILL $!
	not_left 'sleep 60126'
}

@test "as PID 1 the command hears signals as another user too" {
	local pid

	"$SANDBOX" --map-auto --as-pid-1 --time-limit 60 sh -c "exec $other sh -c 'echo \$\$
		trap \"exit 9\" TERM; sleep 60127 & wait'" >"$T/out" 2>&1 &
	pid=$!
	ends_with_test "$pid"
	within 20 grep -qx 1 "$T/out"
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" = 9 ]
	not_left 'sleep 60127'
}

@test "a limit of processes counts all users together" {
	echo 'import os, time
a, b = os.pipe()
for user in range(1, 41):
    if os.fork() == 0:
        os.setuid(user)
        os.write(b, b"x")
        time.sleep(20)
        os._exit(0)
    os.read(a, 1)
print("all", flush=True)
time.sleep(20)' >many.py
	sandbox --map-auto --pids 20 python3 many.py
	status_is 137
	complains 'the limit of 20 processes was reached'
	sandbox --map-auto --pids 60 --time-limit 5 python3 many.py
	status_is 124
	says all
}

@test "a limit of memory holds for who hides from his own user" {
	# shellcheck disable=SC2086 # words on purpose
	sandbox --map-auto --memory 64M $other python3 -c 'import ctypes, time
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
all = b"a" * (300 << 20)
time.sleep(10)
print("survived")'
	status_is 137
	says ''
	complains 'used more memory than 64M'
}

@test "it works with a cgroup, descriptors that tell, and a copied profile" {
	auto --profile none --unshare-pid --ro-bind / / --proc /proc id -u
	says 0
	auto --map-root id -u
	says 0
	auto --json-status-fd 1 --info-fd 1 true
	matches '"child-pid"' '"exit-code": 0'
	auto --allow-userns sh -c 'unshare -U true && echo made'
	says made
	auto --disable-userns --assert-userns-disabled id -u
	says 0
	works --profile packages --print-profile
	has map-auto
	cp "$T/out" "$T/printed.profile"
	works --profile "$T/printed.profile" --print-profile
	diff "$T/printed.profile" "$T/out"
	works --profile packages --dry-run true
	cp "$T/out" "$T/run"
	works --profile "$T/printed.profile" --dry-run true
	diff "$T/run" "$T/out"
}

@test "what does not go together is refused" {
	fails 125 'exclude each other' -- --map-auto --uid 3
	fails 125 'exclude each other' -- --map-auto --gid 3
	fails 125 'exclude each other' -- --map-auto --info-fd 1 \
		--userns-block-fd 0
	fails 125 --unshare-pid -- --map-auto --share-pid
	fails 125 --unshare-pid -- --profile none --map-auto --ro-bind / /
	fails 125 CAP_SYS_ADMIN -- --map-auto --disable-userns \
		--cap-add CAP_SYS_ADMIN
}

@test "without privileges for the helper it says why" {
	! is_root || skip 'root has them without'
	anything setpriv --no-new-privs "$SANDBOX" --map-auto ./probe write ran x
	status_is 125
	complains 'stage ids' no_new_privs newuidmap
	[ ! -e ran ]
}

# --- helpers that are not as they should be: root puts them in place -----------

# instead SCRIPT ARG...: ARGs where SCRIPT is newgidmap.
instead() {
	is_root || skip 'puts another program in the place of newgidmap'
	printf '#!/bin/sh\n%s\n' "$1" >"$T/helper"
	chmod 755 "$T/helper"
	shift
	anything unshare -m sh -ec 'mount --bind "$1" "$(command -v newgidmap)"
		shift; exec "$@"' sh "$T/helper" "$@"
}

@test "a helper that fails, lies or dies ends the run" {
	instead 'echo newgidmap: no >&2; exit 1' "$SANDBOX" --map-auto \
		./probe write ran x
	status_is 125
	complains 'stage ids: map ids by' "newgidmap': no"
	instead 'exit 0' "$SANDBOX" --map-auto ./probe write ran x
	status_is 125
	complains 'stage identity' 'gid_map'
	instead 'echo "0 0 1" >/proc/$1/gid_map' "$SANDBOX" --map-auto \
		./probe write ran x
	status_is 125
	complains 'stage identity' 'gid_map'
	instead 'kill -9 $$' "$SANDBOX" --map-auto ./probe write ran x
	status_is 125
	complains 'was ended by signal 9'
	instead 'yes long | head -c 1000000 >&2; exit 1' "$SANDBOX" --map-auto \
		./probe write ran x
	status_is 125
	complains 'map ids by'
	[ ! -e ran ]
	printf 'no program' >"$T/helper"
	anything unshare -m sh -ec 'mount --bind "$1" "$(command -v newgidmap)"
		shift; exec "$@"' sh "$T/helper" "$SANDBOX" --map-auto \
		./probe write ran x
	status_is 125
	complains "newgidmap': Exec format error"
	[ ! -e ran ]
}

@test "a helper gets neither environment nor descriptors" {
	A=secret instead '[ "$(id -u)" = 0 ] && [ -z "$A" ] &&
		[ "$(readlink /proc/$$/fd/0)" = /dev/null ] &&
		[ "$(readlink /proc/$$/fd/1)" = /dev/null ] &&
		[ ! -e /proc/$$/fd/9 ] || echo newgidmap: bad >&2
		exit 1' \
		"$SANDBOX" --map-auto true 9</etc/passwd
	status_is 125
	complains "newgidmap': "
	[[ $stderr != *bad* ]]
	instead 'echo newgidmap: bad >&2; exit 1' "$SANDBOX" --map-auto true
	[[ $stderr == *bad* ]]
}

@test "a signal ends it while a helper hangs" {
	local pid

	is_root || skip 'puts another program in the place of newgidmap'
	printf '#!/bin/sh\ntouch %s/on\nexec sleep 60128\n' "$T" >"$T/helper"
	chmod 755 "$T/helper"
	unshare -m sh -ec 'mount --bind "$1" "$(command -v newgidmap)"; shift
		exec "$@"' sh "$T/helper" timeout 60 "$SANDBOX" --map-auto \
		./probe write ran x >"$T/out" 2>"$T/err" &
	pid=$!
	ends_with_test "$pid"
	within 20 [ -e "$T/on" ]
	kill -WINCH "$pid"
	sleep 0.2
	kill -0 "$pid"
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	stderr=$(cat "$T/err")
	[ "$status" = 125 ]
	complains 'ended by signal 15 while it was set up'
	not_left 'sleep 60128'
	[ ! -e ran ]
}

@test "where there is no helper, or no range, it says what to do" {
	is_root || skip 'hides newuidmap and /etc/subgid'
	anything unshare -m sh -ec 'mount --bind /dev/null "$(command -v newuidmap)"
		exec "$@"' sh "$SANDBOX" --map-auto ./probe write ran x
	status_is 125
	complains '--map-auto needs newuidmap; install the package uidmap'
	anything unshare -m sh -ec 'mount --bind /dev/null /etc/subgid
		exec "$@"' sh "$SANDBOX" --map-auto ./probe write ran x
	status_is 125
	[ ! -e ran ]
}

@test "a helper that others could have put there is not run" {
	local dir=$T/bin

	is_root || skip 'hides newuidmap'
	mkdir "$dir"
	printf '#!/bin/sh\ntouch %s/was-run\n' "$T" >"$dir/newuidmap"
	chmod 755 "$dir" "$dir/newuidmap"
	hidden() {
		rm -f "$T/was-run"
		anything unshare -m sh -ec 'helper=$(command -v newuidmap)
			mount --bind /dev/null "$helper"; exec "$@"' sh \
			env PATH="$dir:$PATH" "$SANDBOX" --map-auto true
		status_is 125
	}
	hidden
	[ -e "$T/was-run" ] # root's own, in a directory of root's
	chown 12345 "$dir/newuidmap"
	hidden
	[ ! -e "$T/was-run" ]
	chown 0 "$dir/newuidmap"
	chmod 777 "$dir"
	hidden
	[ ! -e "$T/was-run" ]
}

@test "a kept layer whose files have many owners is listed and discarded" {
	mkdir -p layer/0/upper layer/0/work real
	chmod 700 layer
	auto sh -euc 'mkdir layer/0/upper/dir; echo x >layer/0/upper/dir/file
		chmod 600 layer/0/upper/dir/file; chmod 700 layer/0/upper/dir
		chown -R 5:6 layer/0/upper/dir'
	printf 'sandbox layer 1\ncreated 1795679518.000000000\n%s\n' \
		"place 0 $(stat -c '%d %i' real) $PROJECT/real" >layer/layer
	# Whoever has not those ids cannot look into it.
	if [ "$(id -u)" != 0 ]; then
		sandbox --diff layer
		status_is 125
		complains 'Permission denied'
	fi
	sed -i '2a ids auto' layer/layer
	works --diff layer
	says "A $PROJECT/real/dir/ (directory, mode 700)
A $PROJECT/real/dir/file (mode 600, size 2)"
	works --diff layer --format patch
	has "+++ b$PROJECT/real/dir/file" +x
	works --discard layer
	[ ! -e layer ]
}
