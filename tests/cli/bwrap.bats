#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031
# Called by the name bwrap: what Debian's bubblewrap does too is compared with
# it by tests/differential; here is what that one does not have, how it is told
# apart, and what no comparison shows.
load helper

# bwrap ARG...: as `sandbox` in the helper, by the other name.
bwrap() {
	[ -e "$T/bin/bwrap" ] || {
		mkdir -p "$T/bin"
		ln "$SANDBOX" "$T/bin/bwrap" 2>/dev/null ||
			cp "$SANDBOX" "$T/bin/bwrap"
	}
	anything "$T/bin/bwrap" "$@"
}

# box ARG...: the same, in a root that shows everything, and it has to work.
box() {
	bwrap --dev-bind / / "$@"
	status_is 0 && quiet
}

# refuses TEXT ARG...: status 1, and this one line after "bwrap: ".
refuses() {
	bwrap "${@:2}"
	status_is 1 && says '' &&
		{ [ "$stderr" = "bwrap: $1" ] || show "does not say: $1"; }
}

lacks() { # REGEX
	if grep -qE -e "$1" <<<"$output"; then
		show "something like '$1'"
	fi
}

locks() { # FILE: nobody else has a lock on it
	python3 -c '
import fcntl, sys
try: fcntl.lockf(open(sys.argv[1], "r+"), fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError: sys.exit(1)' "$1"
}

soon() { # COMMAND...: within ten seconds
	local i

	for ((i = 0; i < 200; i++)); do
		"$@" && return 0
		sleep 0.05
	done
	show "not within ten seconds: $*"
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# --- the name -----------------------------------------------------------------

@test "the name decides: bwrap, or what is below /proc of one" {
	bwrap --version
	says 'bubblewrap 0.11.1'
	anything bash -c 'exec -a bwrap "$0" --version' "$SANDBOX"
	says 'bubblewrap 0.11.1'
	anything bash -c 'exec -a /x/bwrap "$0" --version' "$SANDBOX"
	says 'bubblewrap 0.11.1'
	anything bash -c 'exec -a bwrapped "$0" --version' "$SANDBOX"
	matches '^sandbox '
	anything bash -c 'exec -a /proc/self/exe "$0" --version' "$SANDBOX"
	matches '^sandbox '
	anything bash -c 'exec -a /proc/self/exe "$0" --version' "$T/bin/bwrap"
	says 'bubblewrap 0.11.1'
	# In itself, as it may start itself again.
	box "$T/bin/bwrap" --ro-bind / / echo inside
	says inside
	# What is not bwrap is sandbox, also with bwrap's options.
	anything bash -c 'exec -a bwrap/sandbox "$0" --foo' "$SANDBOX"
	status_is 125
}

@test "as bwrap it has bubblewrap's options and no others" {
	bwrap --help
	status_is 0 && quiet
	[[ $output == "usage: $T/bin/bwrap [OPTIONS...] [--] COMMAND [ARGS...]"* ]]
	for option in --profile --ro --memory --dry-run --net --map-root \
		--chdir=/ -p -V - --; do
		[ "$option" = -- ] || refuses "Unknown option $option" "$option"
	done
	bwrap
	status_is 1 && says ''
	[[ $stderr == 'usage: '* ]]
	bwrap --ro-bind / / --
	status_is 1
	[[ $stderr == 'usage: '* ]]
	sandbox --help=bwrap
	status_is 0
	matches 'lock-file DEST' 'bubblewrap'
}

@test "its words where something is wrong" {
	refuses '--bind takes two arguments' --bind a
	refuses '--overlay takes three arguments' --overlay a b
	refuses '--chdir takes one argument' --chdir
	refuses 'Invalid fd: -1' --sync-fd -1 true
	refuses 'Invalid fd: 0a' --info-fd 0a true
	refuses 'Invalid uid: x' --uid x true
	refuses 'unknown cap: foo' --cap-add foo true
	refuses '--perms takes an octal argument <= 07777' --perms 9 --dir /x true
	refuses '--perms given twice for the same action' \
		--perms 700 --perms 700 --dir /x true
	refuses '--perms must be followed by an option that creates a file' \
		--perms 700 --proc /x true
	bwrap --ro-bind / / --perms 700 true
	status_is 0 && quiet
	refuses '--size must be followed by --tmpfs' --size 9 --dir /x true
	for size in 0 '' 1k -1 9223372036854775808; do
		refuses '--size takes a non-zero number of bytes' \
			--size "$size" --tmpfs /x true
	done
	refuses '--overlay-src must be followed by another --overlay-src or one of --overlay, --tmp-overlay, or --ro-overlay' \
		--overlay-src / --dir /x true
	refuses '--argv0 used multiple times' --argv0 a --argv0 b true
	refuses '--seccomp cannot be combined with --add-seccomp-fd' \
		--add-seccomp-fd 0 --seccomp 0 true
	refuses '--userns not compatible --unshare-user' \
		--userns 0 --unshare-user true
	refuses '--userns-block-fd requires --info-fd' \
		--unshare-user --userns-block-fd 0 true
	refuses 'Specifying --as-pid-1 requires --unshare-pid' --as-pid-1 true
	refuses 'Specifying --as-pid-1 and --lock-file is not permitted' \
		--unshare-all --as-pid-1 --lock-file /x true
	refuses 'Specifying --hostname requires --unshare-uts' --hostname x true
	refuses 'labeling not supported on this system' --exec-label x true
	refuses "Can't find source path $T/none: No such file or directory" \
		--ro-bind "$T/none" /x true
	refuses 'execvp nowhere: No such file or directory' --bind / / nowhere
	refuses "execvp $T/outside: Permission denied" --bind / / "$T/outside"
	refuses "Can't chdir to /nowhere: No such file or directory" \
		--bind / / --chdir /nowhere true
	refuses "Can't make symlink at /l: existing destination is a" \
		--symlink a /l --symlink b /l true
	refuses "Can't make symlink at /l: destination exists and is not a symlink" \
		--dir /l --symlink b /l true
}

@test "a value given again is told of, and the last one counts" {
	bwrap --bind / / --chdir /nowhere --chdir / pwd
	status_is 0 && says /
	[ "$stderr" = 'bwrap: Only the last --chdir option will take effect' ]
	bwrap --level-prefix --bind / / --chdir /nowhere --chdir / pwd
	[ "$stderr" = '<4>bwrap: Only the last --chdir option will take effect' ]
	bwrap --foo --level-prefix
	[ "$stderr" = 'bwrap: Unknown option --foo' ]
	bwrap --level-prefix --foo
	[ "$stderr" = '<3>bwrap: Unknown option --foo' ]
	sandbox --level-prefix --profile none nowhere
	status_is 127
	[[ $stderr == '<3>sandbox: '* ]]
}

# --- --args -------------------------------------------------------------------

@test "--args reads words from a descriptor, the last with or without a zero" {
	printf '%s\0' --bind / / --setenv X 'a b' >"$T/args"
	printf '%s\0%s\0%s' --setenv Y c >"$T/more"
	bwrap --args 8 --args 9 --unsetenv X env 8<"$T/args" 9<"$T/more"
	status_is 0 && has Y=c && has_not 'X=a b'
	bwrap --args 8 sh -c 'echo "$X"' 8< <(cat "$T/args")
	says 'a b'
	# Used up: the command does not get it.
	box --args 8 "$PWD/probe" fds 8<"$T/more"
	lacks '^8 '
	bwrap --args 8 echo yes 8<"$T/args" 9</dev/null
	says yes
	: >"$T/empty"
	box --args 8 echo yes 8<"$T/empty"
	says yes
	refuses '--args not supported in arguments file' --args 8 true \
		8< <(printf '%s\0' --args 9)
	refuses "Can't read --args data: Bad file descriptor" --args 8 true 8<&-
	refuses 'Invalid fd: x' --args x true
	# What is no option ends it; the command cannot be there.
	bwrap --args 8 echo yes 8< <(printf '%s\0' --bind / / rm --foo)
	says yes
	bwrap --args 8 8< <(printf '%s\0' --bind / / echo no)
	status_is 1 && says ''
}

@test "--args takes thousands of words, and not all there are" {
	for ((i = 0; i < 1400; i++)); do
		printf '%s\0%s\0%s\0' --setenv "V$i" "$i"
	done >"$T/args"
	box --args 8 sh -c 'echo "$V1399"' 8<"$T/args"
	says 1399
	cat "$T/args" >>"$T/args2"
	cat "$T/args" "$T/args" "$T/args" >"$T/args2"
	refuses 'Exceeded maximum number of arguments 9000' --args 8 true \
		8<"$T/args2"
}

@test "sandbox has --args too, and no command in it" {
	printf '%s\0' --profile none --bind / / --setenv X 2 >"$T/args"
	sandbox --args 8 sh -c 'echo "$X"' 8<"$T/args"
	status_is 0 && says 2
	fails 125 "'rm' is no option" -- --args 8 8< <(printf '%s\0' rm)
	fails 125 'descriptor 8' "unknown option '--foo'" -- --args 8 \
		8< <(printf '%s\0' --foo)
	fails 125 'not supported in its own words' -- --args 8 \
		8< <(printf '%s\0' --args 9)
	fails 125 "Can't read --args data" -- --args 8 8<&-
}

# --- who is told, and who holds it back ---------------------------------------

@test "--info-fd and --json-status-fd tell process and namespaces" {
	bwrap --unshare-pid --bind / / --proc /proc --info-fd 8 \
		--json-status-fd 9 "$PWD/probe" each namespaces + fds \
		8>"$T/info" 9>"$T/status"
	status_is 0 && quiet
	python3 - "$T/info" "$T/status" "$T/out" <<-'END'
		import json, sys
		info = json.load(open(sys.argv[1]))
		lines = [json.loads(x) for x in open(sys.argv[2])]
		seen = dict(x.split() for x in open(sys.argv[3]) if "[" in x)
		assert list(info) == ["child-pid", "mnt-namespace", "pid-namespace"]
		assert info == lines[0], lines
		assert lines[1:] == [{"exit-code": 0}], lines
		for kind in "mnt", "pid":
		    assert seen[kind].endswith("[%d]" % info[kind + "-namespace"])
	END
	lacks '^[89] '
	# The layout that is read without JSON.
	[[ $(head -2 "$T/info") == $'{\n    "child-pid": '+([0-9])',' ]]
	[ "$(tail -1 "$T/status")" = '{ "exit-code": 0 }' ]
}

@test "there is an exit code only if the command was started" {
	bwrap --bind / / --json-status-fd 9 sh -c 'exit 7' 9>"$T/status"
	status_is 7
	[ "$(tail -1 "$T/status")" = '{ "exit-code": 7 }' ]
	bwrap --unshare-pid --bind / / --json-status-fd 9 sh -c 'kill -9 $$' \
		9>"$T/status"
	status_is 137
	[ "$(tail -1 "$T/status")" = '{ "exit-code": 137 }' ]
	for unshare in '' --unshare-pid; do
		# shellcheck disable=SC2086
		bwrap $unshare --bind / / --json-status-fd 9 nowhere \
			9>"$T/status"
		status_is 1
		[ "$(wc -l <"$T/status")" = 1 ]
		bwrap $unshare --ro-bind / / --dir /nowhere \
			--json-status-fd 9 true 9>"$T/status"
		status_is 1
		[ "$(wc -l <"$T/status")" = 1 ]
	done
	# sandbox says its own status there.
	sandbox --json-status-fd 9 --time-limit 0.2s sleep 9 9>"$T/status"
	status_is 124
	[ "$(tail -1 "$T/status")" = '{ "exit-code": 124 }' ]
	fails 125 'write to the descriptor of --info-fd' -- --info-fd 9 \
		9</dev/null
	fails 125 '--info-fd 9: descriptor 9 is not open' -- --info-fd 9 9<&-
}

@test "--block-fd holds the command back when all else is ready" {
	mkfifo "$T/fifo"
	exec {hold}<>"$T/fifo"
	for way in "$T/bin/bwrap --bind / / --unshare-pid" "$SANDBOX"; do
		bwrap --version
		# shellcheck disable=SC2086
		$way --block-fd 9 "$PWD/probe" fds 9<"$T/fifo" \
			>"$T/o" 2>&1 {hold}<&- &
		ends_with_test $!
		sleep 0.3
		[ ! -s "$T/o" ]
		echo >&"$hold"
		wait $!
		[ -s "$T/o" ]
		output=$(cat "$T/o")
		lacks '^9 '
	done
	# A signal ends sandbox meanwhile.
	"$SANDBOX" --block-fd 9 echo no 9<"$T/fifo" >"$T/o" 2>&1 {hold}<&- &
	sleep 0.3
	kill -TERM $!
	status=0
	wait $! || status=$?
	[ "$status" = 125 ] && ! grep '^no' "$T/o"
}

@test "--sync-fd is PID 1's, as long as anything lives" {
	mkfifo "$T/fifo"
	# shellcheck disable=SC2094
	exec {end}<>"$T/fifo" {reader}<"$T/fifo"
	bwrap --unshare-pid --dev-bind / / --sync-fd 9 sh -c \
		"'$PWD/probe' fds; sleep 1 >/dev/null 2>&1 & exit 3" 9>"$T/fifo"
	status_is 3
	lacks '^9 '
	exec {end}<&-
	# Its end comes with the last process inside, not with bwrap's.
	anything timeout 0.3 cat <&"$reader"
	status_is 124
	anything timeout 20 cat <&"$reader"
	status_is 0
	exec {reader}<&-
}

@test "--lock-file is held until the last process inside has ended" {
	: >"$T/lock"
	locks "$T/lock"
	# Without a PID namespace what the command leaves is not PID 1's.
	box --unshare-pid --lock-file "$T/lock" sh -c \
		'sleep 1.2 >/dev/null 2>&1 & exit 0'
	if locks "$T/lock"; then show 'it is not held'; fi
	soon locks "$T/lock"
	box --lock-file "$T/lock" python3 -c '
import fcntl, sys
try: fcntl.lockf(open(sys.argv[1], "r+"), fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError: print("held")' "$T/lock"
	says held
	locks "$T/lock"
	refuses "Unable to open lock file /nowhere: No such file or directory" \
		--bind / / --lock-file /nowhere true
	fails 125 '--lock-file needs --unshare-pid' -- --share-pid --lock-file /x
	sandbox --lock-file /etc/passwd true
	status_is 0 && quiet
}

# --- namespaces of others -----------------------------------------------------

@test "--userns, --userns2 and --pidns join another sandbox" {
	bwrap --version
	"$T/bin/bwrap" --unshare-user --unshare-pid --bind / / --proc /proc \
		--info-fd 9 sleep 60 9>"$T/info" &
	ends_with_test $!
	soon grep -q child-pid "$T/info"
	pid=$(sed -n 's/.*"child-pid": \([0-9]*\).*/\1/p' "$T/info")
	soon [ -e "/proc/$pid/ns/user" ]
	ends_with_test "$pid"
	user=$(readlink "/proc/$pid/ns/user")
	pidns=$(readlink "/proc/$pid/ns/pid")
	# The same for both is no error, as setns(2) has it.
	bwrap --userns 8 --userns2 7 --pidns 9 --bind / / --proc /proc \
		"$PWD/probe" each namespaces + caps 7<"/proc/$pid/ns/user" \
		8<"/proc/$pid/ns/user" 9<"/proc/$pid/ns/pid"
	status_is 0 && quiet && has "user $user" "pid $pidns"
	# Root keeps what it has, as with bubblewrap.
	[ "$(id -u)" = 0 ] ||
		has 'CapEff 0000000000000000' 'CapBnd 0000000000000000'
	# A new PID namespace below it.
	bwrap --userns 8 --pidns 9 --unshare-pid --bind / / --proc /proc \
		--info-fd 6 "$PWD/probe" namespaces 6>"$T/info" \
		8<"/proc/$pid/ns/user" 9<"/proc/$pid/ns/pid"
	status_is 0 && quiet && has "user $user" && has_not "pid $pidns"
	matches "^pid .*\[$(sed -n 's/.*"pid-namespace": \([0-9]*\).*/\1/p' \
		"$T/info")\]"
	bwrap --userns 8 --bind / / true 8</dev/null
	status_is 1
	[[ $stderr == 'bwrap: Joining specified user namespace failed: '* ]]
}

# --- lifetime -----------------------------------------------------------------

@test "bwrap ends with the command, and what it left lives on" {
	bwrap --unshare-pid --dev-bind / / --info-fd 9 sh -c \
		'sleep 31 >/dev/null 2>&1 & exit 5' 9>"$T/info"
	status_is 5
	pid=$(sed -n 's/.*"child-pid": \([0-9]*\).*/\1/p' "$T/info")
	ends_with_test "$pid"
	kill -0 "$pid"
	kill -KILL "$pid"
	soon gone "$pid"
}

@test "a signal to bwrap is bwrap's alone, but with --die-with-parent" {
	bwrap --version
	"$T/bin/bwrap" --unshare-pid --bind / / --info-fd 9 sleep 60 \
		9>"$T/info" &
	soon grep -q child-pid "$T/info"
	pid=$(sed -n 's/.*"child-pid": \([0-9]*\).*/\1/p' "$T/info")
	ends_with_test "$pid"
	sleep 0.2
	kill -TERM $!
	status=0
	wait $! || status=$?
	[ "$status" = 143 ]
	kill -0 "$pid"
	kill -KILL "$pid"
	: >"$T/info"
	"$T/bin/bwrap" --unshare-pid --die-with-parent --bind / / --info-fd 9 \
		sleep 60 9>"$T/info" &
	soon grep -q child-pid "$T/info"
	pid=$(sed -n 's/.*"child-pid": \([0-9]*\).*/\1/p' "$T/info")
	sleep 0.2
	kill -TERM $!
	wait $! || :
	soon gone "$pid"
}

@test "PID 1 tells nothing of what the command does not get" {
	export SECRET_VALUE=hunter2
	bwrap --unshare-pid --bind / / --proc /proc --unsetenv SECRET_VALUE \
		--info-fd 9 "$PWD/probe" each environ 1 + cmdline 1 + env 9>"$T/info"
	status_is 0
	[[ $output != *hunter2* ]]
	# Where others may look at it, its memory has none either.
	bwrap --unshare-pid --bind / / --proc /proc --unsetenv SECRET_VALUE \
		--info-fd 9 python3 -c '
import re
found = 0
for line in open("/proc/1/maps"):
    start, end = (int(x, 16) for x in line.split()[0].split("-"))
    if " r" not in line or "[v" in line:
        continue
    with open("/proc/1/mem", "rb", 0) as mem:
        mem.seek(start)
        try:
            found += mem.read(end - start).count(b"hunter" + b"2")
        except OSError:
            pass
print(found)' 9>"$T/info"
	status_is 0 && says 0
}

# --- what 0.8 does not have ---------------------------------------------------

@test "--argv0, overlays and --not-a-security-boundary" {
	box --argv0 other "$PWD/probe" args x
	has other x
	mkdir -p "$T"/{a,b,up,work}
	echo a >"$T/a/f"
	echo b >"$T/b/f"
	echo only >"$T/a/g"
	bwrap --ro-bind / / --overlay-src "$T/a" --overlay-src "$T/b" \
		--ro-overlay /mnt --not-a-security-boundary \
		sh -c 'cat /mnt/f /mnt/g; (echo x >/mnt/f) 2>/dev/null || echo ro'
	status_is 0 && says $'b\nonly\nro'
	bwrap --ro-bind / / --overlay-src "$T/a" --tmp-overlay /mnt \
		sh -c 'echo x >/mnt/f; cat /mnt/f'
	status_is 0 && says x
	[ "$(cat "$T/a/f")" = a ]
	bwrap --ro-bind / / --overlay-src "$T/a" --overlay "$T/up" "$T/work" \
		/mnt sh -c 'echo kept >/mnt/f'
	status_is 0
	[ "$(cat "$T/up/f")" = kept ]
}

@test "a relative destination is below the root" {
	bwrap --ro-bind / / --tmpfs tmp --dir tmp/d --chdir tmp pwd
	status_is 0 && says /tmp
	bwrap --ro-bind / / --tmpfs tmp --symlink x tmp/l readlink /tmp/l
	says x
}

@test "a file is made where a symlink to nothing leads" {
	bwrap --ro-bind / / --tmpfs /mnt --symlink f2 /mnt/a --symlink /mnt/f3 \
		/mnt/b --symlink n/f4 /mnt/c --ro-bind /etc/passwd /mnt/a \
		--bind-data 8 /mnt/b --file 9 /mnt/c \
		sh -c 'head -c4 /mnt/f2; cat /mnt/f3 /mnt/n/f4; stat -c%a /mnt/n/f4' \
		8<<<data 9<<<file
	status_is 0 && says $'rootdata\nfile\n666'
}

@test "PWD is believed where it is true, but below /tmp" {
	[ -L /bin ] || skip "/bin is no symlink"
	cd /bin
	box printenv PWD
	says /bin
	PWD=/elsewhere box printenv PWD
	says "$(pwd -P)"
	# It asks when it has covered /tmp.
	ln -s . "$T/link"
	cd "$T/link"
	box printenv PWD
	case $T in
	/tmp/*) says "$T" ;;
	*) says "$T/link" ;;
	esac
}

@test "words about filters and commands" {
	refuses 'Invalid seccomp data, must be multiple of 8' \
		--ro-bind / / --seccomp 9 /no 9<<<1234
	refuses "Can't read seccomp data: Bad file descriptor" \
		--ro-bind / / --add-seccomp-fd 99 /no
	refuses 'execvp /etc/passwd/x: Not a directory' \
		--ro-bind / / /etc/passwd/x
}

# CVE-2026-87766: a link inside that leads to a place of the host's.
@test "nothing appears outside the new root, by whatever link" {
	mkdir -p "$T/tree" "$T/victim"
	ln -s "$T/victim" "$T/tree/abs"
	ln -s ../victim "$T/tree/rel"
	ln -s "../../../../../../../../../../$T/victim" "$T/tree/up"
	ln -s abs "$T/tree/chain"
	for link in abs rel up chain; do
		for what in '--dir D' '--tmpfs D' '--symlink x D' \
			'--ro-bind /etc/passwd D' '--ro-bind /etc D' \
			'--file 9 D' '--bind-data 9 D' '--dev D' '--proc D' \
			'--mqueue D --unshare-ipc'; do
			# shellcheck disable=SC2086
			bwrap --bind "$T/tree" / --ro-bind "$PROBE" /probe \
				${what/D//$link/new} /probe stat / 9</dev/null
		done
	done
	[ -z "$(ls -A "$T/victim")" ]
}

# CVE-2024-42472: what was looked at and what is shown are the same.
@test "a source that is swapped meanwhile is an error or the right one" {
	mkdir -p "$T/good" "$T/bad"
	echo good >"$T/good/f"
	echo bad >"$T/bad/f"
	ln -s bad "$T/link"
	cp -r "$T/good" "$T/swap"
	(
		while :; do
			mv "$T/swap" "$T/away" && mv "$T/link" "$T/swap" &&
				mv "$T/swap" "$T/link" && mv "$T/away" "$T/swap"
		done 2>/dev/null
	) &
	ends_with_test $!
	right=0
	for ((i = 0; i < 200; i++)); do
		bwrap --ro-bind / / --bind "$T/swap" /mnt cat /mnt/f
		case $status:$output in
		0:good) right=$((right + 1)) ;;
		0:bad) ;; # the link, when it was looked at and when it was bound
		1:) ;;
		*) show 'neither' ;;
		esac
	done
	[ "$right" -gt 0 ]
}
