#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Ways round a wall that were open once.
#
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # bats, helper.bash

load helper

@test "a closed standard descriptor leads nowhere while set-up runs" {
	anything bash -c '"$0" --chdir /proc/self/fd/0 true <&-' "$SANDBOX"
	status_is 125
	anything bash -c '"$0" "/proc/self/fd/0$1/probe" cwd <&-' \
		"$SANDBOX" "$PROJECT"
	status_is 127
}

@test "--keep-fd takes no descriptor of sandbox's own" {
	mkdir -p "$HOME/.config/sandbox/profiles"
	anything bash -c '"$0" --keep-fd 3 true 3<&-' "$SANDBOX"
	status_is 125
	[[ $stderr == *'not open'* ]]
}

@test "an entry of the home swapped for a symlink shows nothing" {
	local i

	cd "$HOME"
	mkdir .ssh x
	echo key >.ssh/id
	ln -s .ssh .y
	python3 -c '
import ctypes, sys
libc = ctypes.CDLL(None)
while True:
    libc.renameat2(-100, b"x", -100, b".y", 2)' 3>&- &
	ends_with_test $!
	for i in {1..60}; do
		sandbox sh -c 'cat x/id 2>/dev/null'
		[ "$output" != key ]
	done
}

@test "--hide follows names that exist on the host only" {
	mkdir -p "$T/real"
	ln -s real "$T/link"
	echo key >"$T/real/secret"
	sandbox --ro "$T/real" cat "$T/real/secret"
	says key
	sandbox --ro "$T/real" --hide "$T/link/secret" cat "$T/real/secret"
	status_is 1
	says ''
	sandbox --ro "$T/real" --hide ../../link/../real/secret \
		cat "$T/real/secret"
	status_is 1
	says ''
}

@test "a home with .. in its name is known as the home" {
	mkdir "$HOME/.ssh"
	echo key >"$HOME/.ssh/id"
	cd "$HOME"
	HOME=$HOME/../home sandbox sh -c 'cat .ssh/id; touch .ssh/new'
	says ''
	[ ! -e "$HOME/.ssh/new" ]
}

@test "a mount through a symlink's name lands on what is there now" {
	mkdir w
	echo before >"$T/hosts"
	echo one >"$T/one"
	sandbox --dir /data --symlink data /l --ro-bind "$T/hosts" /l/h \
		--bind "$PROJECT/w" /data --ro-bind "$T/one" /l/secret \
		sh -c 'cat /data/secret; echo over >/data/secret'
	says one
	[ "$(cat w/secret)" != over ]
}

@test "the parent of a private directory is not bound over it" {
	local name=sandbox-walls-$$

	cd /var
	sandbox sh -c "echo x >/var/tmp/$name && cat /var/tmp/$name"
	says x
	[ ! -e "/var/tmp/$name" ]
}

@test "a hostile program that says 127 does not keep the supervisor" {
	cat >"$T/make.py" <<-'END'
		import struct, sys
		strings = b"\0" + b"lib.so.1\0" + b":".join([b"/x" * 9] * 7) + b"\0"
		names = 300000
		dynamic = struct.pack("<QQ", 1, 1) * names
		dynamic += struct.pack("<QQ", 29, 10)
		dynamic += struct.pack("<QQ", 5, 0x1000) + struct.pack("<QQ", 0, 0)
		at = 64 + 2 * 56
		text = at + len(dynamic)
		header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack(
		    "<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
		load = struct.pack("<IIQQQQQQ", 1, 4, text, 0x1000, 0x1000,
		                   len(strings), len(strings), 8)
		dyn = struct.pack("<IIQQQQQQ", 2, 4, at, 0, 0,
		                  len(dynamic), len(dynamic), 8)
		open(sys.argv[1], "wb").write(header + load + dyn + dynamic + strings)
	END
	python3 "$T/make.py" evil
	printf '#!/bin/sh\ncp evil cmd.new; mv cmd.new cmd; exit 127\n' >cmd
	chmod +x cmd evil
	anything timeout -k 1 20 "$SANDBOX" ./cmd
	status_is 127
}

@test "a FIFO in place of the network's counters hangs nobody" {
	mkdir -p pr/1/net
	ln -s 1 pr/self
	mkfifo pr/1/net/snmp
	anything timeout -k 1 20 "$SANDBOX" --profile none --unshare-all \
		--ro-bind / / --bind pr /proc false
	status_is 1
}

@test "signals arrive though the queue of signals is full" {
	bash -c 'ulimit -i 0; exec "$0" ./probe sleep 30' "$SANDBOX" 3>&- &
	ends_with_test $!
	within 20 host_sees '^\./probe sleep 30'
	kill -TERM $!
	status=0
	wait $! || status=$?
	status_is 143
}

@test "a read-only that was asked for one tmpfs is not for the next" {
	works --tmpfs /mnt --remount-ro /mnt --tmpfs /mnt touch /mnt/x
	sandbox --tmpfs /mnt --remount-ro /mnt touch /mnt/x
	status_is 1
}

@test "what is hidden stays hidden when its directory is shown again" {
	mkdir d
	echo key >d/secret
	sandbox --ro "$PWD/d" --hide "$PWD/d/secret" --ro "$PWD/d" cat d/secret
	status_is 1
	says ''
}

# --- the old root ------------------------------------------------------------

@test "nothing is left of the host on top of the root" {
	local root=(--ro-bind / /)

	mkdir "$T/open"
	for before in "--tmpfs /foo" "--hide $T/outside" "--dir /x" \
		"--tmpfs /" "--ro-bind / /" "--ro-bind / / --tmpfs /tmp" \
		"--bind-data 9 /foo" "--tmpfs / --tmpfs / --bind-data 9 /foo"; do
		# shellcheck disable=SC2086 # options
		sandbox --profile none $before "${root[@]}" "$PROBE" write \
			"/..$T/open/file" x 9<<<data
		says EROFS
		[ ! -e "$T/open/file" ]
		# shellcheck disable=SC2086 # options
		sandbox --profile none --unshare-pid $before "${root[@]}" \
			--proc /proc "$PROBE" mounts 9<<<data
		[ "$(grep -c '^/ ' <<<"$output")" = 1 ] || show "more: $before"
	done
	sandbox --ro / ./probe write "/..$T/open/file" x
	says EROFS
	[ ! -e "$T/open/file" ]
	works --profile none --tmpfs /a --tmpfs / --ro-bind "$PROBE" /probe \
		/probe list /..
	says probe
	# The control.
	[ "$("$PROBE" write "/..$T/open/file" x)" = ok ]
}

@test "the host's root shown elsewhere is the host's" {
	works --profile none --ro-bind "$PROBE" /probe --ro-bind / /host \
		/probe open "/host$T/outside" r
	says ok
	works --profile none --ro-bind "$PROBE" /probe --ro-bind / /host \
		--tmpfs /x --ro-bind / /again --bind-data 9 /y \
		/probe open "/again$T/outside" r 9<<<data
	says ok
	works --profile none --ro-bind "$PROBE" /probe --ro-bind / /host \
		/probe write "/host$T/outside" x
	says EROFS
}
