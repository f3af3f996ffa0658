#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031,SC2094
# What is told when it is over: --report, --report-fd, --stats, --timeline.
load helper

load=(python3 -IS ./load.py)

setup_load() {
	cp "$BATS_TEST_DIRNAME/load.py" .
}

# read_report FILE: its facts are in $facts then, a "key value" a line.
read_report() {
	python3 "$BATS_TEST_DIRNAME/report.py" \
		"$BATS_TEST_DIRNAME/../report.schema.json" "$1" >"$T/facts" ||
		return 1
	facts=$(<"$T/facts")
}

# reported ARG...: as sandbox, with a report, which is read.
reported() {
	rm -f "$T/report"
	sandbox --report "$T/report" "$@"
	read_report "$T/report"
}

# tells KEY VALUE...: values as in JSON.
tells() {
	while [ $# -gt 0 ]; do
		grep -qxF -e "$1 $2" <<<"$facts" || {
			printf '%s\n' "not told: $1 $2" "$facts"
			show 'the run'
			return 1
		}
		shift 2
	done
}

# fact KEY: its value.
fact() {
	sed -n "s/^$1 //p" <<<"$facts"
}

# about VALUE WANTED LEAST PERCENT: it is WANTED, more or less.
about() {
	awk -v v="$1" -v w="$2" -v least="$3" -v percent="$4" 'BEGIN {
		d = v > w ? v - w : w - v
		exit !(d <= least || d <= w * percent / 100)
	}'
}

# --- verdicts ----------------------------------------------------------------

@test "ok" {
	reported ./probe exit 0
	status_is 0
	quiet
	tells schema 1 verdict '"ok"' status 0 exit_code 0 signal null \
		signal_name null error null command '["./probe", "exit", "0"]' \
		profiles '["default"]' output_bytes null refused null
	[ "$(fact wall_seconds)" != null ]
}

@test "nonzero" {
	reported --profile shell --profile gcc ./probe exit 42
	status_is 42
	quiet
	tells verdict '"nonzero"' status 42 exit_code 42 signal null \
		profiles '["shell", "gcc"]'
	# 137 is an exit status as any other.
	reported ./probe exit 137
	tells verdict '"nonzero"' status 137 exit_code 137 signal null
}

@test "signal" {
	reported ./probe die SEGV
	status_is 139
	tells verdict '"signal"' status 139 exit_code null signal 11 \
		signal_name '"SIGSEGV"' error null
	reported ./probe die KILL
	tells verdict '"signal"' status 137 signal 9 signal_name '"SIGKILL"'
	reported --as-pid-1 sh -c 'exit 7'
	tells verdict '"nonzero"' exit_code 7
}

@test "time-limit" {
	reported --time-limit 0.25 sleep 30
	status_is 124
	complains 'time limit'
	tells verdict '"time-limit"' status 124 exit_code null signal 9 \
		limits.time-limit.value 0.25 limits.time-limit.unit '"seconds"' \
		limits.time-limit.held_by '"watch"'
	about "$(fact wall_seconds)" 0.25 5 0
	# What the command made of the grace is told too.
	reported --time-limit 0.25 --grace 20 \
		sh -c 'trap "exit 3" TERM; sleep 30 & wait'
	status_is 124
	tells verdict '"time-limit"' status 124 exit_code 3 signal null
	reported --time-limit 0.25 --grace 20 sleep 30
	tells verdict '"time-limit"' signal 15 signal_name '"SIGTERM"'
	reported --time-limit 20 sleep 0.2
	tells verdict '"ok"' limits.time-limit.value 20.0
}

@test "cpu-time-limit" {
	setup_load
	reported --cpu-time 0.25 "${load[@]}" spin 5000 children 2
	status_is 124
	complains 'processor time'
	tells verdict '"cpu-time-limit"' status 124 exit_code null \
		limits.cpu-time.value 0.25 limits.cpu-time.unit '"seconds"'
	awk -v v="$(fact cpu_seconds)" 'BEGIN { exit !(v >= 0.25) }'
	case $(fact cpu_source) in
	'"perf"')
		tells limits.cpu-time.held_by '"watch"' ;;
	'"cgroup"')
		tells limits.cpu-time.held_by '"cgroup"' ;;
	*)
		tells limits.cpu-time.held_by '"watch (approximate)"' ;;
	esac
}

@test "memory-limit" {
	setup_load
	reported --memory 64M "${load[@]}" anon 100 30
	status_is 137
	complains 'more memory than 64M'
	tells verdict '"memory-limit"' status 137 exit_code null signal 9 \
		limits.memory.value 67108864 limits.memory.unit '"bytes"'
	[ "$(fact memory_peak_bytes)" -ge 60000000 ]
	case $(fact memory_source) in
	'"cgroup"')
		tells limits.memory.held_by '"cgroup"' ;;
	*)
		tells limits.memory.held_by '"watch (approximate)"' \
			memory_source '"watch (approximate)"' oom_kills null ;;
	esac
}

@test "pids-limit" {
	setup_load
	reported --pids 5 "${load[@]}" tasks 6 processes 0.5
	[ "$status" = 1 ] || [ "$status" = 137 ] || show 'it worked'
	complains 'the limit of 5 processes was reached'
	tells verdict '"pids-limit"' status "$status" limits.pids.value 5 \
		limits.pids.unit '"count"'
	# Reached, but enough.
	reported --pids 5 "${load[@]}" tasks 5 threads 0.5
	status_is 0
	quiet
	tells verdict '"ok"' processes_peak 5
}

@test "output-limit" {
	reported --output-limit 1000 head -c 5000 /dev/zero
	status_is 137
	tells verdict '"output-limit"' status 137 output_bytes 1000 \
		limits.output-limit.value 1000 \
		limits.output-limit.held_by '"watch"'
	reported --output-limit 5000 sh -c 'head -c 3000 /dev/zero
		head -c 1000 /dev/zero >&2'
	status_is 0
	tells verdict '"ok"' output_bytes 4000
	# When the bytes are the last thing it did.
	reported --output-limit 10 sh -c 'printf 12345678901; exit 3'
	tells verdict '"output-limit"' status 137 output_bytes 10
}

@test "file-size-limit" {
	reported --file-size 1K dd if=/dev/zero of=f bs=2K count=1 status=none
	# dd writes what still goes, and then once more.
	status_is 153
	complains 'a file larger than 1K'
	tells verdict '"file-size-limit"' status 153 signal 25 \
		signal_name '"SIGXFSZ"' limits.file-size.value 1024 \
		limits.file-size.held_by '"rlimit"'
	reported --rlimit fsize=unlimited ./probe die XFSZ
	at_hand_rlimit=$(ulimit -f)
	[ "$at_hand_rlimit" != unlimited ] || tells verdict '"signal"'
}

@test "syscall-killed" {
	reported --syscalls-answer kill getpriority ./probe syscall 140 0 0
	status_is 159
	tells verdict '"syscall-killed"' status 159 signal 31 \
		signal_name '"SIGSYS"'
	# Without a filter it is a signal as any other.
	reported --profile none --bind / / ./probe die SYS
	tells verdict '"signal"' signal 31
}

@test "not-found" {
	reported no-such-command --option
	status_is 127
	complains 'no-such-command'
	tells verdict '"not-found"' status 127 exit_code null signal null \
		wall_seconds null cpu_seconds null \
		command '["no-such-command", "--option"]' \
		error "\"${stderr#sandbox: }\""
}

@test "not-executable" {
	echo x >script
	reported ./script
	status_is 126
	complains './script'
	tells verdict '"not-executable"' status 126 \
		error "\"${stderr#sandbox: }\""
}

@test "setup-failed" {
	# While the machine is looked at, ...
	reported --ro /no/such ./probe exit 0
	status_is 125
	complains /no/such
	tells verdict '"setup-failed"' status 125 exit_code null signal null \
		error "\"${stderr#sandbox: }\"" wall_seconds null \
		command '["./probe", "exit", "0"]' profiles '["default"]'
	# ... and compiled, ...
	reported --cgroup-parent /no/such true
	status_is 125
	tells verdict '"setup-failed"' error "\"${stderr#sandbox: }\""
	# ... and in one of the stages.
	echo x >file
	reported --tmpfs /mnt --dir /mnt/x/y --bind file /mnt/x/y true
	status_is 125
	tells verdict '"setup-failed"'
	matches '^$'
	[[ $stderr == 'sandbox: stage mounts: '* ]]
}

@test "interrupted" {
	local signal

	for signal in TERM:15 HUP:1 INT:2; do
		rm -f ready "$T/report"
		env --default-signal=INT,HUP "$SANDBOX" --report "$T/report" \
			sh -c ': >ready; exec sleep 30' 3>&- &
		ends_with_test $!
		within 20 test -e ready
		sleep 0.1
		kill -s "${signal%:*}" $!
		status=0
		wait $! || status=$?
		[ "$status" = $((128 + ${signal#*:})) ]
		read_report "$T/report"
		tells verdict '"interrupted"' status "$status" \
			signal "${signal#*:}" signal_name "\"SIG${signal%:*}\""
	done
	# What the command sends to itself is no interruption.
	reported ./probe die TERM
	tells verdict '"signal"' signal 15
}

@test "what is refused is in the report, with --explain" {
	reported --explain ./probe syscall 165 a b c 0 0
	status_is 0
	tells verdict '"ok"'
	grep -qE '^refused mount probe [1-9]' <<<"$facts"
	reported --explain ./probe exit 0
	tells refused '[]'
	reported ./probe syscall 165 a b c 0 0
	tells refused null
}

@test "limits of the profile are told, and taken back" {
	reported ./probe exit 0
	grep -q '^limits.memory.value [0-9]' <<<"$facts"
	tells limits.pids.value 1024
	reported --memory unlimited --pids unlimited --open-files 99 ./probe exit 0
	tells limits.open-files.value 99 limits.open-files.held_by '"rlimit"'
	not grep -q '^limits\.\(memory\|pids\)' <<<"$facts"
}

@test "the command's own words are escaped" {
	reported ./probe exit 0 2>/dev/null
	reported ./probe args 'a"b\c' $'line\nfeed' $'\x1b[31m' $'bad\xff' ''
	tells command '["./probe", "args", "a\"b\\c", "line\nfeed", "\u001b[31m", "bad\ufffd", ""]'
	[ "$(tr -d '\n' <"$T/report" | grep -c '[[:cntrl:]]')" = 0 ]
}

# --- figures -----------------------------------------------------------------

# measured HOW N: whether what was counted is what a program says of itself.
# A busy machine adds to it; one good run of a few will do.
measured() {
	local try

	for try in 1 2 3 4 5; do
		reported --cpu-time 1h "${load[@]}" spin 60 "$1" "$2"
		status_is 0 || return 1
		spent=$(awk -v us="$output" 'BEGIN { print us / 1000000 }')
		if about "$(fact cpu_seconds)" "$spent" 0.005 2; then
			return 0
		fi
		echo "try $try: $(fact cpu_seconds), not $spent"
	done
	return 1
}

@test "processor time is that of all processes" {
	local how

	setup_load
	reported --cpu-time 1h ./probe exit 0
	case $(fact cpu_source) in
	'"perf"' | '"cgroup"') ;;
	*) skip 'nothing here counts exactly' ;;
	esac
	measured self 1
	for how in children ignored threads orphans; do
		measured "$how" 3
	done
}

@test "the peaks of memory and processes are seen" {
	setup_load
	reported "${load[@]}" anon 100 0.5
	status_is 0
	[ "$(fact memory_peak_bytes)" -ge 104857600 ]
	[ "$(fact memory_peak_bytes)" -le 180000000 ]
	reported "${load[@]}" cow 60 0.5 3
	[ "$(fact memory_peak_bytes)" -ge 62914560 ]
	[ "$(fact memory_peak_bytes)" -le 150000000 ]
	reported "${load[@]}" tasks 7 processes 0.4
	tells processes_peak 7
	reported "${load[@]}" tasks 7 threads 0.4
	tells processes_peak 7
}

@test "the wall clock is that of the command" {
	reported sleep 0.4
	awk -v v="$(fact wall_seconds)" 'BEGIN { exit !(v >= 0.39 && v < 20) }'
	awk -v v="$(fact cpu_seconds)" 'BEGIN { exit !(v < 0.3) }'
	[ "$(fact user_seconds)" != null ]
	[ "$(fact system_seconds)" != null ]
}

# --- where it goes -----------------------------------------------------------

@test "a report goes to a descriptor, or to several places" {
	"$SANDBOX" --report-fd 5 --report "$T/r" --timeline "$T/svg" --stats \
		./probe fds 5>"$T/five" >"$T/fds" 2>"$T/err"
	read_report "$T/five"
	tells verdict '"ok"'
	cmp "$T/five" "$T/r"
	head -c 4 "$T/svg" | grep -q '<svg\|<?xm'
	grep -q '^verdict  *ok$' "$T/err"
	# The command has none of them.
	[ "$(cut -d ' ' -f 1 "$T/fds" | tr '\n' ' ')" = '0 1 2 ' ]
	"$SANDBOX" --report-fd 1 echo first >to
	[ "$(head -n 1 to)" = first ]
	sed 1d to >"$T/r"
	read_report "$T/r"
	"$SANDBOX" --report-fd 2 ./probe exit 3 2>"$T/r" || :
	read_report "$T/r"
	tells verdict '"nonzero"'
}

@test "the command cannot reach what the report is written to" {
	setup_load
	reported --explain --cpu-time 1h --memory 1G --pids 50 \
		--output-limit 1M --timeline "$T/svg" ./probe fds
	[ "$(cut -d ' ' -f 1 <<<"$output" | tr '\n' ' ')" = '0 1 2 ' ]
	reported --as-pid-1 ./probe fds
	[ "$(cut -d ' ' -f 1 <<<"$output" | tr '\n' ' ')" = '0 1 2 ' ]
	reported --keep-fd 1 ./probe fdlinks 1
	not grep -vE '(EACCES|EPERM)$' <<<"$output"
	# It is not there before the end.
	reported ls "$T"
	not grep -q report <<<"$output"
}

@test "the command cannot change where the report goes" {
	echo mine >"$T/victim"
	# A symlink in its place is replaced, not followed.
	rm -f r
	sandbox --report r sh -c "ln -s '$T/victim' r"
	status_is 0
	[ "$(<"$T/victim")" = mine ]
	[ ! -L r ]
	read_report r
	# The same for a file that was there, ...
	echo old >r
	sandbox --report r sh -c "rm r; ln -s '$T/victim' r"
	[ "$(<"$T/victim")" = mine ]
	[ ! -L r ]
	read_report r
	# ... one that is open, ...
	echo old >r
	sandbox --report r sh -c 'exec 5<r; mv r moved; echo new >r; cat <&5'
	says old
	[ "$(<moved)" = old ]
	read_report r
	# ... and a directory that was moved away, which is an error.
	mkdir sub
	sandbox --report sub/r sh -c "mv sub away; ln -s '$T' sub"
	status_is 125
	complains --report 'not the directory that it was'
	[ ! -e "$T/r" ]
	# A directory in its place is an error.
	rm -f r
	sandbox --report r sh -c 'mkdir r'
	status_is 125
	complains --report "'$PROJECT/r'"
	[ -d r ]
	[ -z "$(ls -A r)" ]
	[ -z "$(find . -name '.sandbox-*')" ]
}

@test "where no report can be written nothing runs" {
	fails 125 --report "'/no/such'" -- --report /no/such ||
		fails 125 --report -- --report /no/such/r
	fails 125 --report -- --report /proc/none
	fails 125 --report "'$T'" -- --report "$T"
	if ! is_root; then
		mkdir closed
		chmod 555 closed
		fails 125 --report Permission -- --report closed/r
		echo x >ro
		chmod 444 ro
		fails 125 --report Permission -- --report ro
	fi
	fails 125 '--report-fd 9' 'not open' -- --report-fd 9
	# One that is only read, and one of sandbox's own.
	status=0
	"$SANDBOX" --report-fd 5 ./probe write ran x 5</dev/null 2>"$T/err" ||
		status=$?
	[ "$status" = 125 ]
	grep -q 'not open for writing' "$T/err"
	[ ! -e ran ]
	fails 125 --timeline -- --timeline /no/such/t
}

@test "a report that cannot be written at the end is an error" {
	sandbox --report /dev/full ./probe exit 3
	status_is 125
	complains --report '/dev/full' 'No space left'
	status=0
	"$SANDBOX" --report-fd 5 ./probe exit 3 5>/dev/full 2>"$T/err" ||
		status=$?
	[ "$status" = 125 ]
	grep -q 'No space left' "$T/err"
}

@test "a FIFO and /dev/stderr take a report as they are" {
	mkfifo "$T/fifo"
	cat "$T/fifo" >"$T/r" 3>&- &
	ends_with_test $!
	sleep 0.2
	works --report "$T/fifo" ./probe exit 0
	within 10 read_report "$T/r"
	"$SANDBOX" --report /dev/stderr ./probe exit 0 2>"$T/r"
	read_report "$T/r"
	works --report /dev/null ./probe exit 0
	[ -c /dev/null ]
}

@test "without these options nothing is said or written" {
	works ./probe exit 0
	says ''
	works --time-limit 20 --memory 1G --pids 50 --cpu-time 1h \
		--output-limit 1M --grace 1 ./probe exit 0
	says ''
	sandbox --memory 1G --pids 50 --cpu-time 1h ./probe exit 5
	status_is 5
	quiet
	[ "$(ls -A)" = probe ]
	# An interrupt goes on as one.
	run python3 -c '
import os, sys
pid = os.fork()
if pid == 0:
	os.execv(sys.argv[1], sys.argv[1:])
print(os.WTERMSIG(os.waitpid(pid, 0)[1]))
' "$SANDBOX" --report "$T/r" --cpu-time 1h ./probe die INT
	[ "$output" = 2 ]
	read_report "$T/r"
	tells verdict '"signal"' signal 2 status 130
}

@test "figures for people are on standard error, whatever happened" {
	setup_load
	sandbox --stats ./probe exit 3
	status_is 3
	says ''
	grep -qE '^verdict +nonzero' "$T/err"
	grep -qE '^time +[0-9]' "$T/err"
	sandbox --stats --time-limit 0.2 sleep 30
	status_is 124
	grep -qE '^verdict +time-limit' "$T/err"
	grep -qE '^sandbox: the time limit' "$T/err"
	sandbox --stats no-such-command
	status_is 127
	not grep -q $'\x1b' "$T/err"
}

@test "a timeline is drawn" {
	setup_load
	works --timeline "$T/t.svg" "${load[@]}" anon 50 0.4
	python3 -c '
import sys, xml.etree.ElementTree as xml
root = xml.parse(sys.argv[1]).getroot()
assert root.tag.endswith("svg"), root.tag
assert any(e.tag.endswith(("polyline", "path")) for e in root.iter())
' "$T/t.svg"
	sandbox --timeline "$T/t.svg" --time-limit 0.1 sleep 30
	status_is 124
	[ -s "$T/t.svg" ]
	sandbox --timeline "$T/t.svg" no-such-command
	status_is 127
	[ -s "$T/t.svg" ]
}

@test "a dry run writes no report" {
	works --dry-run --report "$T/r" --timeline "$T/t" ./probe exit 0
	[ ! -e "$T/r" ]
	[ ! -e "$T/t" ]
	works --print-profile --report "$T/r" --memory 1G --profile none
	says 'memory 1G'
	[ ! -e "$T/r" ]
}

@test "the cgroup of a run is told" {
	reported --cpu-time 1h ./probe exit 0
	if "$SANDBOX" --dry-run --cpu-time 1h true | grep -q '^  a cgroup below'
	then
		tells cpu_source '"cgroup"'
		grep -qE '^cgroup "(own|current|sibling)"$' <<<"$facts"
	else
		tells cgroup null oom_kills null
	fi
}

@test "a report to - makes no file of that name" {
	sandbox --report - true
	status_is 125
	complains "'-' would be a file of that name" '--report-fd 1'
	[ ! -e ./- ]
	works --report ./- true
	[ -s ./- ]
	rm ./-
	sandbox --timeline - true
	status_is 125
	complains "'-' would be a file of that name" './-'
	[ ! -e ./- ]
}
