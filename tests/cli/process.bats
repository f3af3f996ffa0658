#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031,SC2094
# PID 1, signals, descriptors, lifetime, and the options for the process.
load helper

# --- PID 1 -------------------------------------------------------------------

@test "PID 1 is finished before the command may exec, a thousand times" {
	local n

	for ((n = 0; n < 1000; n++)); do
		"$SANDBOX" ./probe first
	done >"$T/out" 2>"$T/err"
	[ ! -s "$T/err" ]
	[ "$(wc -l <"$T/out")" = 1000 ]
	sort "$T/out" | uniq -c >"$T/kinds"
	cat "$T/kinds"
	[ "$(wc -l <"$T/kinds")" = 1 ]
	grep -qE 'CapInh=0+ CapPrm=0+ CapEff=0+ CapBnd=0+ CapAmb=0+ NoNewPrivs=1 ' \
		"$T/kinds"
}

@test "PID 1 shows no arguments, environment, files or memory" {
	export TOKEN=secret
	works --setenv TOKEN hidden ./probe cmdline 1
	says sandbox
	works ./probe environ 1
	matches '^(EACCES|EPERM)$'
	works ./probe exe 1
	matches '^(EACCES|EPERM)$'
	# Root may list what it cannot follow.
	works ./probe fdlinks 1
	matches '^(EACCES|EPERM|[0-9]+ (EACCES|EPERM))$'
	not grep -vE '(EACCES|EPERM)$' <<<"$output"
	works ./probe open /proc/1/mem r
	matches '^(EACCES|EPERM)$'
	works ./probe ptrace 1
	says EPERM
	works ./probe status1 Name
	says 'Name sandbox'
}

@test "the arguments of sandbox are not in the memory PID 1 shows" {
	works --setenv TOKEN very-secret-word cat /proc/1/cmdline
	[[ $output != *very-secret-word* ]]
	works cat /proc/1/cmdline
	says sandbox
}

@test "PID 1 cannot be killed from inside" {
	works ./probe kill 1 KILL
	works sh -c 'kill -TERM 1; kill -INT 1; kill -KILL 1; sleep 0.2; echo on'
	says on
}

@test "zombies are reaped" {
	works ./probe orphans 50
	says 'zombies 0'
}

@test "a daemon that holds the pipes does not delay the end" {
	local before=$SECONDS

	output=$("$SANDBOX" ./probe daemon 30 2>&1 | cat; echo "${PIPESTATUS[0]}")
	[ "$output" = 7 ]
	[ $((SECONDS - before)) -lt 20 ]
}

@test "what the command leaves behind is killed" {
	works sh -c 'setsid sleep 98765 >/dev/null 2>&1 & echo started'
	says started
	within 10 host_does_not_see 'sleep 98765'
}

@test "kill -9 of the supervisor kills everything inside" {
	local mark=98$RANDOM$RANDOM

	"$SANDBOX" sh -c "setsid sleep $mark & exec sleep $mark" 3>&- &
	ends_with_test $!
	within 20 host_sees "^sleep $mark"
	disown $!
	kill -KILL $!
	within 20 host_does_not_see "^sleep $mark"
}

@test "kill -9 of the supervisor kills the command without PID 1 of ours" {
	local mark=97$RANDOM$RANDOM

	"$SANDBOX" --as-pid-1 sleep "$mark" 3>&- &
	ends_with_test $!
	within 20 host_sees "^sleep $mark"
	disown $!
	kill -KILL $!
	within 20 host_does_not_see "^sleep $mark"
}

# --- signals -----------------------------------------------------------------

# count SANDBOX-ARG... -- SIGNAL...: sends each once to the supervisor.
count() {
	local args=() signal all=(HUP INT QUIT TERM USR1 USR2 CONT WINCH)

	while [ "$1" != -- ]; do
		args+=("$1")
		shift
	done
	shift
	rm -f ready ready.stop
	env --default-signal=INT,QUIT "$SANDBOX" "${args[@]}" \
		./probe count-signals ready "${all[@]}" >"$T/counted" 3>&- &
	ends_with_test $!
	within 20 test -e ready
	for signal; do
		kill -s "$signal" $!
		# Two of a kind that are pending at once are one.
		sleep 0.1
	done
	: >ready.stop
	status=0
	wait $! || status=$?
	output=$(cat "$T/counted")
	status_is 0
}

@test "signals sent to the supervisor reach the command once" {
	count -- HUP INT QUIT TERM USR1 USR2 CONT WINCH
	says 'HUP 1
INT 1
QUIT 1
TERM 1
USR1 1
USR2 1
CONT 1
WINCH 1'
}

@test "signals that nobody sent do not reach the command" {
	count -- USR1
	has 'USR1 1' 'USR2 0' 'HUP 0' 'INT 0' 'TERM 0' 'CONT 0'
}

@test "signals reach the command without a PID 1 of ours" {
	count --as-pid-1 -- HUP TERM USR1 USR2 WINCH
	has 'HUP 1' 'TERM 1' 'USR1 1' 'USR2 1' 'WINCH 1'
	count --share-pid --memory unlimited --pids unlimited -- \
		HUP TERM USR1 USR2 WINCH
	has 'HUP 1' 'TERM 1' 'USR1 1' 'USR2 1' 'WINCH 1'
}

@test "signals reach the command in a session of its own" {
	count --new-session -- HUP INT TERM USR1
	has 'HUP 1' 'INT 1' 'TERM 1' 'USR1 1' 'USR2 0'
}

@test "a signal sent to the supervisor ends the command by default" {
	local signal number

	for signal in TERM:143 HUP:129 USR1:138; do
		"$SANDBOX" ./probe sleep 60 3>&- &
		ends_with_test $!
		within 20 host_sees '^\./probe sleep 60'
		kill -s "${signal%:*}" $!
		status=0
		wait $! || status=$?
		status_is "${signal#*:}"
		within 20 host_does_not_see '^\./probe sleep 60'
	done
}

@test "timeout ends a sandbox as it ends a command" {
	status=0
	timeout 0.5 "$SANDBOX" ./probe sleep 60 || status=$?
	status_is 124
}

@test "ignored signals stay ignored, others are default, the mask is empty" {
	# 32 and 33 are libc's own: posix_spawn(3), in make say, ignores them.
	anything env --default-signal=INT,QUIT,PIPE,CHLD "$SANDBOX" ./probe signals
	output=$(grep -v '^SIG3[23] ' <<<"$output")
	says 'mask empty'
	anything env --default-signal --ignore-signal=HUP,USR1,CHLD \
		"$SANDBOX" ./probe signals
	status_is 0
	matches '^HUP 1 ignored unblocked$' '^USR1 10 ignored unblocked$' \
		'^CHLD 17 ignored unblocked$' '^mask empty$'
	[ "$(grep -vc '^SIG3[23] ' <<<"$output")" = 4 ]
	anything env --default-signal --block-signal=TERM,USR2 \
		"$SANDBOX" ./probe signals
	output=$(grep -v '^SIG3[23] ' <<<"$output")
	says 'mask empty'
}

@test "the status is right though the caller ignores SIGCHLD" {
	anything env --ignore-signal=CHLD "$SANDBOX" ./probe exit 7
	status_is 7
}

@test "nohup protects the command from SIGHUP" {
	count -- HUP
	has 'HUP 1'
	nohup "$SANDBOX" ./probe sleep 60 >/dev/null 2>&1 3>&- &
	ends_with_test $!
	within 20 host_sees '^\./probe sleep 60'
	kill -HUP $!
	sleep 0.3
	kill -0 $!
	host_sees '^\./probe sleep 60'
	kill -TERM $!
	status=0
	wait $! || status=$?
	status_is 143
}

# --- descriptors -------------------------------------------------------------

@test "standard descriptors that are closed stay closed" {
	"$SANDBOX" ./probe closed "$PROJECT/report" <&-
	[ "$(cat report)" = 'closed 0' ]
	"$SANDBOX" ./probe closed "$PROJECT/report" >&-
	[ "$(cat report)" = 'closed 1' ]
	"$SANDBOX" ./probe closed "$PROJECT/report" 2>&-
	[ "$(cat report)" = 'closed 2' ]
	"$SANDBOX" ./probe closed "$PROJECT/report" <&- >&- 2>&-
	[ "$(cat report)" = 'closed 0 1 2' ]
	"$SANDBOX" ./probe closed "$PROJECT/report"
	[ "$(cat report)" = 'closed none' ]
}

@test "a failure with standard error closed is still a failure" {
	status=0
	"$SANDBOX" --no-such-option 2>&- || status=$?
	status_is 125
	status=0
	"$SANDBOX" no-such-command 2>&- >&- <&- || status=$?
	status_is 127
}

@test "--keep-fd passes a descriptor on, under its number" {
	exec 7<"$T/outside" 9</dev/null 200<"$T/outside"
	works --keep-fd 7 ./probe fds </dev/null
	says $'0 null\n1 file\n2 file\n7 file'
	works --keep-fd 200 --keep-fd 7 --keep-fd 7 ./probe fds </dev/null
	says $'0 null\n1 file\n2 file\n7 file\n200 file'
	works --keep-fd 7 sh -c 'cat <&7'
	says outside
	works --keep-fd 0 --keep-fd 2 ./probe fds </dev/null
	says $'0 null\n1 file\n2 file'
	works --as-pid-1 --keep-fd 200 ./probe fds </dev/null
	says $'0 null\n1 file\n2 file\n200 file'
}

@test "a pipe kept with --keep-fd ends when the command does" {
	output=$("$SANDBOX" --keep-fd 7 sh -c 'echo hello >&7' 7>&1 >/dev/null | cat)
	[ "$output" = hello ]
}

@test "binary data passes through a pipeline byte by byte" {
	mkdir data
	head -c 3000000 /dev/urandom >data/random
	head -c 100000 /dev/zero >data/zero
	cp "$PROBE" data
	tar -C data -c . | "$SANDBOX" cat | "$SANDBOX" --profile gcc tar -t |
		sort >list
	[ "$(cat list)" = $'./\n./probe\n./random\n./zero' ]
	tar -C data -c . >a.tar
	"$SANDBOX" cat <a.tar | cmp - a.tar
	"$SANDBOX" sh -c 'cat >&2' <a.tar 2>&1 >/dev/null | cmp - a.tar
}

@test "a pipe whose reader is gone ends the command quietly" {
	status=0
	{ "$SANDBOX" yes || echo $? >status; } 2>"$T/err" | head -n 1 >/dev/null
	within 20 test -s status
	# PIPE or, where it is ignored, the command's own complaint.
	grep -qE '^(141|1)$' status
	not grep -q '^sandbox:' "$T/err"
}

@test "the caller's pipe is closed as soon as the command closes it" {
	local before=$SECONDS

	output=$("$SANDBOX" sh -c 'echo x; exec >&-; exec sleep 30' 2>"$T/err" &
		echo $! >"$T/pid")
	[ "$output" = x ]
	[ $((SECONDS - before)) -lt 20 ]
	kill "$(cat "$T/pid")"
}

@test "a sandbox runs inside a sandbox" {
	local nested=(--allow-userns --ro "$SANDBOX")

	if is_root; then
		# Root may map itself only with CAP_SETFCAP, and then meets a
		# /proc that is partly covered; messages say so.
		sandbox "${nested[@]}" "$SANDBOX" ./probe exit 3
		complains CAP_SETFCAP
		status_is 125
		sandbox "${nested[@]}" --cap-add CAP_SETFCAP "$SANDBOX" \
			./probe exit 3
		complains 'partly covered'
		status_is 125
		return
	fi
	sandbox "${nested[@]}" "$SANDBOX" ./probe exit 3
	status_is 3
	sandbox "${nested[@]}" "$SANDBOX" cat "$T/outside"
	status_is 1
	# Not without being asked.
	sandbox --ro "$SANDBOX" "$SANDBOX" ./probe exit 3
	status_is 125
	complains 'stage clone' --allow-userns
}

# --- options -----------------------------------------------------------------

@test "--die-with-parent ends it when the caller ends" {
	local mark=96$RANDOM$RANDOM

	bash -c '"$SANDBOX" --die-with-parent sleep '"$mark"' & wait' 3>&- &
	ends_with_test $!
	within 20 host_sees "^sleep $mark"
	disown $!
	kill -KILL $!
	within 20 host_does_not_see "^sleep $mark"
}

@test "without --die-with-parent it outlives the caller" {
	local mark=95$RANDOM$RANDOM pid

	bash -c '"$SANDBOX" sleep '"$mark"' & echo $! >"$T"/pid; wait' 3>&- &
	ends_with_test $!
	within 20 host_sees "^sleep $mark"
	disown $!
	kill -KILL $!
	sleep 0.5
	host_sees "^sleep $mark"
	kill "$(cat "$T/pid")"
	within 20 host_does_not_see "^sleep $mark"
}

@test "--new-session makes one" {
	works --new-session sh -c './probe tty; echo $$'
	matches '^leader no$'
	works --new-session ./probe tty
	matches '^leader yes$'
	works ./probe tty
	matches '^leader no$'
}

@test "--as-pid-1 makes the command PID 1" {
	works --as-pid-1 sh -c 'echo $$'
	says 1
	works sh -c 'echo $$'
	says 2
	works --as-pid-1 ./probe caps
	has 'CapEff 0000000000000000' 'CapBnd 0000000000000000'
}

@test "--argv0 is what the command is called" {
	works --argv0 other ./probe args a 'b c' ''
	[ "${output%%$'\n'*}" = other ]
	works ./probe args a 'b c'
	says $'./probe\nargs\na\nb c'
}

@test "arguments are passed as they are" {
	works ./probe args -- --ro -x '' $'a\nb' '*' '$HOME'
	says './probe
args
--
--ro
-x

a\x0ab
*
$HOME'
	works -- ./probe args x
	says $'./probe\nargs\nx'
}

@test "--chdir" {
	works --chdir /usr ./../"$PROJECT"/probe cwd || :
	works --chdir /usr "$PROJECT/probe" cwd
	says /usr
	works --chdir /usr sh -c 'echo $PWD'
	says /usr
	works --chdir /usr --chdir /etc "$PROJECT/probe" cwd
	says /etc
}

@test "--hostname" {
	works --hostname inside ./probe hostname
	says inside
	works --hostname inside --hostname other ./probe hostname
	says other
	[ "$("$PROBE" hostname)" != inside ]
	fails 125 'hostname' 'host name' -- --hostname "$(printf '%065d' 0)"
}

@test "--uid, --gid and --map-root, and whose the files are outside" {
	works --uid 1234 --gid 5678 ./probe ids
	has 'uid 1234' 'euid 1234' 'gid 5678' 'egid 5678'
	works --map-root ./probe ids
	has 'uid 0' 'gid 0'
	works --map-root ./probe stat probe
	matches '^file 0[0-7]* 0 0 '
	works --map-root ./probe write made x
	says ok
	[ "$(stat -c '%u %g' made)" = "$(id -u) $(id -g)" ]
	works --uid 1234 ./probe write other x
	[ "$(stat -c '%u' other)" = "$(id -u)" ]
	works --uid 1234 --uid 99 ./probe ids
	has 'uid 99'
}

@test "rlimits" {
	works ./probe rlimits
	has 'core 1 1'
	works --rlimit nofile=64:128 --rlimit fsize=1M --rlimit cpu=100 \
		--rlimit stack=8M --rlimit data=unlimited ./probe rlimits
	has 'nofile 64 128' 'fsize 1048576 1048576' 'cpu 100 100' \
		'stack 8388608 8388608'
	works --rlimit nofile=64 --rlimit nofile=50 ./probe rlimits
	has 'nofile 50 50'
	sandbox --rlimit fsize=4K sh -c 'head -c 5000 /dev/zero >big'
	[ "$status" != 0 ]
	[ "$(stat -c %s big)" = 4096 ]
}

@test "a limit that is lower already stays" {
	! is_root || return 0
	(
		ulimit -n 200
		works --rlimit nofile=1000 ./probe rlimits
		has 'nofile 200 200'
		works --rlimit nofile=100:1000 ./probe rlimits
		has 'nofile 100 200'
	)
}

@test "the umask, the niceness and the process group are the caller's" {
	umask 027
	works sh -c umask
	says 0027
	status=0
	output=$(nice -n 5 "$SANDBOX" nice)
	says "$(nice -n 5 nice)"
}

@test "many at once" {
	local n pids=()

	for n in {1..40}; do
		"$SANDBOX" ./probe exit "$n" 3>&- &
		pids+=($!)
	done
	for n in {1..40}; do
		status=0
		wait "${pids[n - 1]}" || status=$?
		status_is "$n"
	done
}

@test "a large environment and many arguments" {
	local n args=()

	for n in {1..5000}; do
		args+=("argument-$n")
	done
	BIG=$(head -c 100000 /dev/zero | tr '\0' x) \
		works --keepenv BIG ./probe args "${args[@]}"
	[ "$(wc -l <<<"$output")" = 5002 ]
	BIG=$(head -c 100000 /dev/zero | tr '\0' x) \
		works --keepenv BIG sh -c 'echo ${#BIG}'
	says 100000
}

@test "the sandbox binary cannot be opened for writing through /proc" {
	works ./probe open /proc/1/exe w
	matches '^(EACCES|EPERM)$'
	works --as-pid-1 ./probe open /proc/1/exe w
	matches '^(EACCES|EPERM|ETXTBSY|EROFS)$'
}

# --- without a terminal --------------------------------------------------------

@test "without a terminal SIGINT reaches all that the command waits for" {
	anything setsid -w bash -c '
		env --default-signal=INT "$0" bash -c \
			"echo up; sleep 30; echo not reached" &
		pid=$!
		sleep 0.5
		kill -INT "$pid"
		wait "$pid"' "$SANDBOX"
	has up
	has_not 'not reached'
}

@test "without a terminal kill(0) reaches nobody outside" {
	anything setsid -w bash -c '
		trap "echo hit" TERM
		"$0" sh -c "kill -TERM 0"
		echo "status $?"' "$SANDBOX"
	has 'status 143'
	has_not hit
}
