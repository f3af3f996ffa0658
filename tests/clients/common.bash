# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # the scripts use these
#
# What the scripts in this directory share. Each is run as
#
#     NAME [--record FILE] [PATH-OF-BWRAP]
#
# and drives a real program, unmodified, with the given executable as the only
# `bwrap` it can find: first in PATH, and where a path was compiled in (in_place)
# also there, in a mount namespace of its own. The exit status is 0 if all
# worked, 1 if not, 77 if a program is missing. --record writes every command
# line of bwrap to FILE, with what --args brought and the descriptors it got.
#
# As root all of it runs as an account without privileges, which exists in that
# mount namespace only. Nothing is left on the machine.

set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
account=64123
failed=0 passed=0

usage() {
	echo "usage: $(basename "$0") [--record FILE] [PATH-OF-BWRAP]" >&2
	exit 2
}

# need COMMAND-OR-FILE PACKAGE
need() {
	command -v "$1" >/dev/null || [ -e "$1" ] ||
		{ echo "skipped: no $1 here (Debian: $2)"; exit 77; }
}

# --- outside ------------------------------------------------------------------

outside() {
	local record='' program

	if [ "${1-}" = --record ]; then
		[ $# -ge 2 ] || usage
		record=$(realpath "$2")
		: >"$record" || exit 1
		shift 2
	fi
	[ $# -le 1 ] || usage
	program=$(realpath -e "$(command -v "${1:-bwrap}")") ||
		{ echo "no executable '${1:-bwrap}'" >&2; exit 1; }

	top=$(mktemp -d /tmp/sandbox-client.XXXXXX) || exit 1
	trap 'rm -rf "$top"; [ -z "${made-}" ] || rmdir "$made"' EXIT
	trap 'exit 130' INT TERM
	mkdir "$top/bin" "$top/real" "$top/tests" "$top/tmp" "$top/home" "$top/broken"
	ln "$program" "$top/real/bwrap" 2>/dev/null ||
		cp "$program" "$top/real/bwrap" || exit 1
	if [ -n "$record" ]; then
		sed "s|@TOP@|$top|" "$here/record" >"$top/bin/bwrap"
		chmod 755 "$top/bin/bwrap"
		: >"$top/record"
		chmod 666 "$top/record"
	else
		ln "$top/real/bwrap" "$top/bin/bwrap" || exit 1
	fi
	printf '#!/bin/sh\nexit 1\n' >"$top/broken/bwrap"
	chmod 755 "$top/broken/bwrap"
	cp -R "$here/." "$top/tests"
	outside_more
	chmod -R go+rX "$top"
	"$top/real/bwrap" --version

	if [ "${in_place-}" ] && [ ! -e /tmp/.X11-unix ]; then
		made=/tmp/.X11-unix
		mkdir -m 1777 "$made"
	fi
	if [ "$(id -u)" = 0 ]; then
		chown -R "$account:$account" "$top/tmp" "$top/home"
		cp /etc/passwd /etc/group "$top/tests"
		echo "client:x:$account:$account::$top/home:/bin/sh" \
			>>"$top/tests/passwd"
		echo "client:x:$account:" >>"$top/tests/group"
		set -- unshare -m --propagation private
	elif [ "${in_place-}" ]; then
		set -- unshare -Urm
	else
		set --
	fi
	"$@" "$top/tests/inside" "$top" "$(basename "$0")" "$(id -u)" \
		"$(id -g)" "${in_place-}"
	status=$?
	[ -z "$record" ] || sed "s|$top|TOP|g" "$top/record" >"$record"
	exit "$status"
}

# A script puts here what it has to do with the network or as the caller.
outside_more() { :; }

# --- inside -------------------------------------------------------------------

say() { printf '# %s\n' "$*"; }

check() { # NAME COMMAND...
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		echo "ok - $name"
		passed=$((passed + 1))
	else
		echo "not ok - $name"
		printf '%s\n' "$output" | sed 's/^/    /'
		failed=$((failed + 1))
	fi
}

must() { # NAME COMMAND...: without it there is no point in going on
	check "$@"
	[ "$failed" -eq 0 ] || finish
}

fails() { ! "$@"; }

ends() { # STATUS COMMAND...
	local want=$1 status=0
	shift
	"$@" || status=$?
	[ "$status" -eq "$want" ] || { echo "status $status, not $want"; false; }
}

prints() { # TEXT COMMAND...: just that on stdout, whatever the status
	local want=$1 got
	shift
	got=$("$@")
	[ "$got" = "$want" ] || { echo "printed '$got', not '$want'"; false; }
}

says() { # PATTERN COMMAND...: on stdout or stderr, whatever the status
	local want=$1 got
	shift
	got=$("$@" 2>&1)
	grep -qE -- "$want" <<<"$got" ||
		{ echo "no '$want' in: $got"; false; }
}

make_png() { # FILE: 64 by 64, red
	python3 - "$1" <<-'END'
	import struct, sys, zlib
	def chunk(kind, data):
	    return (struct.pack(">I", len(data)) + kind + data +
	            struct.pack(">I", zlib.crc32(kind + data)))
	rows = (b"\0" + b"\xff\0\0" * 64) * 64
	with open(sys.argv[1], "wb") as f:
	    f.write(b"\x89PNG\r\n\x1a\n" +
	            chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)) +
	            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
	END
}

# soon COMMAND...: within ten seconds it succeeds
soon() {
	local i
	for ((i = 0; i < 100; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	echo "not within ten seconds: $*"
	return 1
}

# A control: with a bwrap that does not work, COMMAND does not either.
without_bwrap() { # COMMAND...
	fails env PATH="$top/broken:$PATH" "$@"
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# A bus of one's own, which also has to do for the system's.
start_bus() {
	export XDG_RUNTIME_DIR=$top/tmp/run
	mkdir -m 700 "$XDG_RUNTIME_DIR"
	{
		read -r DBUS_SESSION_BUS_ADDRESS
		read -r bus
	} < <(dbus-daemon --session --fork --print-address=1 --print-pid=1)
	export DBUS_SESSION_BUS_ADDRESS
	export DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS
	[ "${bus-}" ] || { echo 'no bus can be started'; exit 1; }
	trap 'kill "$bus"' EXIT
}

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}

# begin "$@": returns only inside.
begin() {
	[ "${CLIENT_INSIDE-}" ] || outside "$@"
	top=$CLIENT_INSIDE
	cd "$top/tmp" || exit 1
}
