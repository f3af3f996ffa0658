#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031
# --overlay-helper: overlays by fuse-overlayfs(1).
load helper

needs_fuse() {
	if [ ! -r /dev/fuse ] || [ ! -w /dev/fuse ]; then
		skip '/dev/fuse cannot be opened'
	fi
}

needs_helper() {
	needs_fuse
	command -v fuse-overlayfs >/dev/null ||
		skip 'fuse-overlayfs is not installed'
	helper=(--overlay-helper fuse-overlayfs)
}

# double NAME SCRIPT: another program in its place.
double() {
	printf '#!/bin/sh\n%s\n' "$2" >"$T/$1"
	chmod +x "$T/$1"
}

# The process number of the helper, for the shell inside.
its_pid='helper=$(ps -e -o pid=,comm= |
	sed -n "s/^ *\([0-9]*\) fuse-overlayfs$/\1/p") && [ "$helper" ] ||
	exit 99
'

teardown() {
	end_background
	chmod -R u+rwx "$T" 2>/dev/null || true
}

@test "by a helper what is written is kept, seen again, listed and applied" {
	needs_helper
	mkdir old full
	echo 1 >a
	echo 2 >old/b
	echo 3 >full/c
	ln -s a link
	works "${helper[@]}" --cow . --changes "$T/layer" sh -c '
		echo more >>a; rm -r full; mkdir full; echo 4 >full/d
		rm link; mkdir -p new/deep; echo 5 >new/deep/e; rm old/b'
	[ "$(cat a old/b full/c link)" = $'1\n2\n3\n1' ]
	works "${helper[@]}" --cow . --changes "$T/layer" sh -c '
		grep -q " $PWD fuse " /proc/mounts && find . ! -name probe | sort'
	says $'.\n./a\n./full\n./full/d\n./new\n./new/deep\n./new/deep/e\n./old'
	works --diff "$T/layer"
	says "M $PWD/a (size 2 -> 7)
D $PWD/full/c
A $PWD/full/d (mode 644, size 2)
D $PWD/link
A $PWD/new/ (directory, mode 755)
A $PWD/new/deep/ (directory, mode 755)
A $PWD/new/deep/e (mode 644, size 2)
D $PWD/old/b"
	works --apply "$T/layer"
	[ "$(find . ! -name probe | sort)" = ".
./a
./full
./full/d
./new
./new/deep
./new/deep/e
./old" ]
	[ "$(cat a)" = $'1\nmore' ]
	works --discard "$T/layer"
	[ ! -e "$T/layer" ]
}

@test "of a helper's layer, too, what was changed outside is not overwritten" {
	needs_helper
	mkdir d
	echo 1 >a
	echo 1 >d/a
	works "${helper[@]}" --cow . --changes "$T/layer" sh -c '
		echo 2 >>a; echo 2 >>d/a'
	echo 3 >a
	rm -r d
	sandbox --apply "$T/layer"
	status_is 1 || status_is 125
	[[ $stderr = *"'$PWD/a' was changed outside"* ]] || show 'a'
	[[ $stderr = *"'$PWD/d' was removed outside"* ]] || show 'd'
	[ "$(cat a)" = 3 ] && [ ! -e d ]
}

@test "a layer that a helper wrote is not continued without, nor misread" {
	needs_helper
	echo 1 >a
	works "${helper[@]}" --cow . --changes "$T/layer" rm a
	fails 125 'was begun with --overlay-helper' -- --cow . \
		--changes "$T/layer"
	touch "$T/layer/0/upper/.wh.b"
	sandbox --diff "$T/layer"
	status_is 125 && complains "'b' is deleted, which is not read"
	echo 1 >b
	sandbox --apply "$T/layer"
	[ "$status" != 0 ] && [ -e a ] && [ -e b ] || show 'applied'
}

# It takes no helper: the layer is the kernel's, and what it says is changed.
@test "what a helper marks as opaque is, in its layers and no others" {
	local is_so="D $PWD/d/a
A $PWD/d/b (mode 644, size 2)
A $PWD/e/ (directory, mode 755)"
	mkdir d
	echo 1 >d/a
	works --cow . --changes "$T/layer" sh -c '
		umask 022; rm -r d; mkdir d e; echo 2 >d/b'
	works --diff "$T/layer"
	says "$is_so"
	python3 -c 'import os, sys
os.removexattr(sys.argv[1], "user.overlay.opaque")' "$T/layer/0/upper/d"
	touch "$T/layer/0/upper/d/.wh..wh..opq"
	works --diff "$T/layer"
	matches 'd/b ' 'd/.wh..wh..opq '
	not grep -q "^D" <<<"$output"
	sed -i '1a format helper' "$T/layer/layer"
	works --diff "$T/layer"
	says "$is_so"
	rm "$T/layer/0/upper/d/.wh..wh..opq"
	works --diff "$T/layer"
	not grep -q "^D" <<<"$output"
	python3 -c 'import os, sys
os.setxattr(sys.argv[1], "user.fuseoverlayfs.opaque", b"y")' \
		"$T/layer/0/upper/d"
	works --diff "$T/layer"
	says "$is_so"
	# A directory without a mark was copied up, so it was there.
	sandbox --apply "$T/layer"
	status_is 125
	[[ $stderr = *"'$PWD/e' was removed outside"* ]] || show 'no conflict'
	touch "$T/layer/0/upper/e/.wh..wh..opq"
	works --apply "$T/layer"
	[ "$(find d e | sort)" = $'d\nd/b\ne' ]
	not python3 -c 'import os; os.getxattr("d", "user.fuseoverlayfs.opaque")' \
		2>/dev/null
	fails 125 'begun with --overlay-helper' -- --cow . --changes "$T/layer"
}

@test "in memory and with several layers" {
	needs_helper
	mkdir -p "$T/one" "$T/two"
	echo 1 >"$T/one/a"
	echo 2 >"$T/two/b"
	works "${helper[@]}" --cow . --overlay-src "$T/one" \
		--overlay-src "$T/two" --tmp-overlay /mnt \
		--overlay-src "$T/one" --overlay-src "$T/two" --ro-overlay /srv \
		sh -c 'echo 3 >/mnt/c; echo 3 >c; cat /mnt/* c /srv/*
			! touch /srv/x 2>/dev/null'
	says $'1\n2\n3\n3\n1\n2'
	[ ! -e c ] && [ ! -e "$T/one/c" ] && [ ! -e "$T/two/c" ]
}

@test "the command cannot look into the helper, whatever it may do" {
	needs_helper
	local with
	for with in '' '--map-root' '--cap-add CAP_DAC_OVERRIDE' \
		'--map-root --cap-add CAP_SYS_ADMIN --cap-add CAP_KILL'; do
		# shellcheck disable=SC2086 # words
		sandbox "${helper[@]}" $with --syscalls-allow ptrace --cow . sh -c "
			$its_pid"'
			for name in root cwd exe ns/mnt ns/user; do
				readlink /proc/$helper/$name && echo "$name!"
			done 2>/dev/null
			cat /proc/$helper/environ /proc/$helper/maps 2>/dev/null
			ls /proc/$helper/root 2>/dev/null
			./probe ptrace $helper
			./probe fdlinks $helper | cut -d " " -f 2- | sort -u
			# The control: of a process of its own all is seen.
			sleep 60 & readlink /proc/$!/cwd; ./probe ptrace $!'
		status_is 0
		says $'EPERM\nEACCES\n'"$PWD"$'\nok' || return 1
	done
	fails 125 CAP_SYS_PTRACE -- "${helper[@]}" --cow . \
		--cap-add CAP_SYS_PTRACE
}

@test "the helper sees the layers and nothing else" {
	needs_helper
	works "${helper[@]}" --cow . --changes "$T/layer" sh -c "
		$its_pid"'
		cut -d " " -f 5 /proc/$helper/mountinfo | sort
		grep "^NoNewPrivs" /proc/$helper/status'
	says "/
/0
/changes
/null
/proc
NoNewPrivs:	1"
}

@test "an overlay helper gets neither environment nor descriptors of the caller" {
	needs_fuse
	double tells '
		echo "$(env) $(ls -l /proc/self/fd | sed -n "s/.*-> //p")" |
			tr "\n" " " >&2
		exit 1'
	TOKEN=x fails 125 /dev/fuse -- --overlay-helper "$T/tells" --cow . \
		--file 8 /x 7</etc/passwd 8<"$T/outside"
	[[ $stderr != *TOKEN* ]] && [[ $stderr != *passwd* ]] &&
		[[ $stderr != *outside* ]] || show 'it has more'
}

@test "an overlay helper that fails, lies or dies ends the run" {
	needs_fuse
	double says 'echo first >&2; echo "says: it is broken" >&2; exit 3'
	fails 125 "$T/says: it is broken" -- --overlay-helper "$T/says" --cow .
	[[ $stderr != *first* ]] || show 'too much'
	double silent 'exit 1'
	fails 125 'does not say why' -- --overlay-helper "$T/silent" --cow .
	double lies 'exit 0'
	fails 125 'does not serve' -- --overlay-helper "$T/lies" --cow . \
		--changes "$T/layer"
	[ ! -e "$T/layer" ] || show 'a layer was left'
	double dies 'kill -9 $$'
	fails 125 'ended by signal 9' -- --overlay-helper "$T/dies" --cow .
	double none ''
	sed -i '1s/.*/#!\/nonexistent/' "$T/none"
	fails 125 'No such file or directory' -- --overlay-helper "$T/none" \
		--cow .
	chmod -x "$T/says"
	fails 125 'cannot be executed' -- --overlay-helper "$T/says" --cow .
	fails 125 'was not found' -- --overlay-helper no-such-helper --cow .
}

@test "a signal ends it while a helper of overlays hangs" {
	needs_fuse
	double hangs 'exec sleep 61237'
	"$SANDBOX" --overlay-helper "$T/hangs" --cow . true &
	ends_with_test $!
	within 10 host_sees '^sleep 61237'
	kill -TERM $!
	within 10 host_does_not_see '^sleep 61237'
	status=0
	wait $! || status=$?
	[ "$status" != 0 ]
	# One that says it serves, takes what it is asked, and answers no more.
	cat >"$T/silent" <<-'END'
		#!/usr/bin/python3
		import os, struct, sys, time
		device = int(sys.argv[-1].rsplit("/", 1)[1])
		if os.fork():
		    os._exit(0)
		asked = os.read(device, 1 << 21)
		answer = struct.pack("<4I", 7, 31, 0, 0) + bytes(48)
		os.write(device, struct.pack("<IiQ", 16 + len(answer), 0,
		                             *struct.unpack_from("<Q", asked, 8))
		         + answer)
		os.read(device, 1 << 21)
		open("/dev/changes/asked", "w")
		time.sleep(61240)
	END
	chmod +x "$T/silent"
	"$SANDBOX" --overlay-helper "$T/silent" --cow . --changes "$T/layer" \
		true &
	ends_with_test $!
	within 10 test -e "$T/layer/0/asked"
	kill -KILL $!
	within 10 host_does_not_see "$T/silent "
}

@test "what the command is sent does not end the helper, and nothing is left" {
	needs_helper
	works "${helper[@]}" --cow . sh -c "$its_pid"'
		for signal in HUP INT TERM QUIT USR2 ALRM; do
			kill -$signal $helper
		done
		echo x >y && cat y'
	says x
	# It breaks its own.
	sandbox "${helper[@]}" --cow . sh -c "$its_pid"'
		kill -9 $helper; sleep 0.2; ls . 2>&1 | grep -c "not connected"'
	says 1
	"$SANDBOX" "${helper[@]}" --cow . sleep 61238 &
	ends_with_test $!
	within 10 host_sees '^sleep 61238'
	host_sees fuse-overlayfs
	kill -KILL $!
	within 10 host_does_not_see '^sleep 61238'
	within 10 host_does_not_see "^[^ ]*fuse-overlayfs .*lowerdir=/dev/0"
}

@test "the helper is not among the processes that are limited" {
	needs_helper
	local n=8
	# The shell, and as many as there is room for.
	limited() {
		sandbox "$@" --pids $n --cow . sh -c '
			i=1
			while [ $i -lt '$n' ]; do
				sleep 5 & i=$((i + 1))
			done
			echo all' 2>/dev/null
	}
	limited "${helper[@]}"
	says all && status_is 0
	limited
	says all && status_is 0
}

@test "without a namespace of processes, or /dev/fuse, there is no helper" {
	fails 125 'needs --unshare-pid' -- --overlay-helper sh --share-pid --cow .
	[ ! -w /dev/fuse ] || skip '/dev/fuse can be opened'
	double true ''
	fails 125 "open '/dev/fuse'" -- --overlay-helper "$T/true" --cow .
}
