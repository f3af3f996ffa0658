#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031,SC2094
# Limits: each is held, ends what breaks it, and leaves alone what does not.
load helper

# What uses up what limits hold: load ARG..., with sandbox's ARGs before --.
load=(python3 -IS ./load.py)

setup_load() {
	cp "$BATS_TEST_DIRNAME/load.py" .
}

# ended STATUS WORDS... -- ARG...: that status, one line with these words, and
# sooner than what the command would take.
ended() {
	local wanted=$1 words=() before=$SECONDS

	shift
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	sandbox "$@"
	status_is "$wanted" && complains "${words[@]}" || return 1
	[ $((SECONDS - before)) -lt 25 ] || show 'not ended'
}

# at_hand CONTROLLER-OPTION...: whether a cgroup here could hold it.
at_hand() {
	"$SANDBOX" --profile none --dry-run "$@" true >/dev/null 2>&1
}

# Where the cgroup of a run is made here; nothing where there is none.
cgroup_place() {
	"$SANDBOX" --dry-run --cpu-time 1h true |
		sed -n 's/^  a cgroup below \(.*\) (.*)$/\1/p'
}

# Prints those of runs that are there.
cgroups_of_runs() {
	find "$1" -maxdepth 1 -name 'sandbox-run-*' -printf '%f\n' | sort
}

# has_run PLACE NAME-AND-PID
has_run() {
	cgroups_of_runs "$1" | grep -q "^$2-"
}

# no_cgroup_left PLACE BEFORE: but for those of runs that live.
no_cgroup_left() {
	local name

	for name in $(comm -13 <(echo "$2") <(cgroups_of_runs "$1")); do
		if flock -n "$1/$name" true 2>/dev/null; then
			echo "left: $name"
			return 1
		fi
	done
}

# No process of the host has it in its command line.
gone() {
	! pgrep -f -- "$1" >/dev/null
}

# --- what is said wrong ------------------------------------------------------

@test "values that no limit can have are errors" {
	local pair

	for pair in memory=0 memory=x memory=101% memory=-1 swap=x pids=0 \
		pids=1.5 cpus=0 cpus=x cpu-weight=0 cpu-weight=10001 \
		cpuset-cpus=3-1 cpuset-cpus=x io-max=/dev/null \
		io-max=/dev/null:bps=1 io-weight=x time-limit=0 time-limit=-1 \
		time-limit=1w cpu-time=0 cpu-time=x grace=x file-size=0 \
		open-files=0 output-limit=0 output-limit=1.5M tmp-size=x \
		rlimit=cpu rlimit=x=1 cgroup-parent= report= timeline= \
		report-fd=x memory=9999999999G time-limit=9999999999h; do
		fails 125 "argument 1: --${pair%%=*}" -- "--$pair" ||
			show "$pair"
	done
	does_run --memory 1G --pids 100 --time-limit 20 --cpu-time 20 \
		--grace 1 --file-size 1M --open-files 64 --output-limit 1M \
		--tmp-size 1M --rlimit cpu=60
}

@test "what needs another option, or excludes one, is an error" {
	fails 125 '--grace' '--time-limit or --cpu-time' -- --grace 1s
	fails 125 '--report-fd 7' 'not open' -- --report-fd 7
	fails 125 "'$T/r'" 'same file' -- --report "$T/r" --timeline "$T/r"
	[ ! -e "$T/r" ]
	fails 125 '--cgroup-parent' 'No such file' -- --cgroup-parent /no/such
	fails 125 '--cgroup-parent' 'not in a cgroup v2' -- --cgroup-parent "$T"
	fails 125 '--report' "'/no/such/file'" -- --report /no/such/file
}

@test "what only a cgroup holds is an error where there is none" {
	local option

	for option in swap=0 cpus=1 cpu-weight=50 cpuset-cpus=0 \
		io-max=1:0:rbps=1M io-weight=50; do
		if ! at_hand "--$option"; then
			fails 125 "--${option%%=*} needs" cgroup -- \
				"--$option" || show "$option"
		fi
	done
	if ! at_hand --require-cgroup; then
		fails 125 '--require-cgroup needs' -- --require-cgroup
	fi
	if ! at_hand --require-cgroup --memory 1G; then
		fails 125 '--require-cgroup needs' -- --require-cgroup \
			--memory 1G
	fi
	# Others hold the same without one.
	does_run --memory 1G --pids 100 --cpu-time 100
}

@test "without a PID namespace there is nobody to look" {
	at_hand --require-cgroup --memory 1G && return
	fails 125 '--memory needs a cgroup' '--memory unlimited' -- --share-pid
	fails 125 '--unshare-pid' -- --share-pid --memory 1G
	works --share-pid --memory unlimited --pids unlimited ./probe exit 0
	fails 125 '--memory needs' -- --profile none --bind / / --memory 1G
	if ! at_hand --require-cgroup; then
		fails 125 '--time-limit needs' -- --profile none --bind / / \
			--time-limit 20
		fails 125 '--output-limit needs' -- --profile none --bind / / \
			--output-limit 1M
	fi
}

# --- time --------------------------------------------------------------------

@test "a time limit ends the command with status 124" {
	local mark=94$RANDOM$RANDOM

	ended 124 'the time limit of 300ms is over' '--time-limit' -- \
		--time-limit 0.3 sleep "$mark"
	ended 124 -- --time-limit 300ms sh -c 'trap "" TERM INT HUP; sleep 30 &
		sleep 30; sleep 30'
	ended 124 -- --time-limit 0.3s --as-pid-1 sleep 30
	# All of it ends, whatever it has begun.
	ended 124 -- --time-limit 0.5 sh -c "setsid sleep $mark & sleep 30"
	within 10 gone "sleep $mark"
}

@test "a command that ends in time is not touched" {
	sandbox --time-limit 20 --grace 1 ./probe exit 7
	status_is 7
	quiet
	works --time-limit 20 sh -c 'sleep 0.3; echo done'
	says 'done'
	sandbox --time-limit 20 ./probe die TERM
	status_is 143
	quiet
}

@test "a time limit ends a command that is stopped" {
	ended 124 -- --time-limit 0.3 sh -c 'kill -STOP $$; sleep 30'
	ended 124 -- --time-limit 0.3 --grace 0.2 sh -c 'kill -STOP $$; sleep 30'
	# It goes on to clean up.
	ended 124 -- --time-limit 0.3 --grace 10 \
		sh -c 'trap "echo cleaned; exit 3" TERM; kill -STOP $$; sleep 30'
	says cleaned
}

@test "with --grace the command is asked first, and can clean up" {
	ended 124 'time limit' -- --time-limit 0.3 --grace 20 \
		sh -c 'trap "echo cleaned; exit 3" TERM; sleep 30 & wait'
	says cleaned
	ended 124 'processor time' -- --cpu-time 0.2 --grace 20 \
		sh -c 'trap "echo cleaned; exit 0" TERM; while :; do :; done'
	says cleaned
	# Without, it is not.
	ended 124 -- --time-limit 0.3 \
		sh -c 'trap "echo cleaned; exit 3" TERM; sleep 30 & wait'
	says ''
}

@test "when the grace is over, who goes on is killed" {
	ended 124 'the time limit of 300ms' -- --time-limit 0.3 --grace 300ms \
		sh -c 'exec 2>&-; trap "echo told" TERM
			while :; do sleep 0.1; done'
	says told
	ended 124 -- --time-limit 0.2 --grace 200ms --as-pid-1 sleep 30
}

@test "a second limit during the grace changes nothing" {
	setup_load
	ended 124 'time limit' -- --time-limit 0.3 --grace 1 --cpu-time 0.5 \
		sh -c 'trap "" TERM; while :; do :; done'
	ended 124 'time limit' -- --time-limit 0.3 --grace 5 --output-limit 10 \
		sh -c 'trap "yes" TERM; sleep 30 & wait; wait'
	[ "$output" = $'y\ny\ny\ny\ny' ]
}

@test "a time limit ends what reads the terminal" {
	python3 "$BATS_TEST_DIRNAME/terminal.py" "$SANDBOX" --time-limit 0.3 \
		cat <<-'END'
		expect the time limit of 300ms is over
		end 124
	END
}

@test "a profile's limits hold, and the command line takes them back" {
	printf 'include default\ntime-limit 0.3\n' >short.profile
	ended 124 'time limit' -- --profile ./short.profile sleep 30
	works --profile ./short.profile --time-limit unlimited sleep 0.6
	works --profile ./short.profile --time-limit 20 sleep 0.6
	printf 'report r\n' >bad.profile
	fails 125 'bad.profile:1' 'command line' -- --profile ./bad.profile
}

# --- processor time ----------------------------------------------------------

@test "processor time counts for the whole tree" {
	local how

	setup_load
	for how in self children ignored threads orphans; do
		# No one of them uses that much.
		ended 124 'the limit of 300ms of processor time is used up' \
			'--cpu-time' -- --cpu-time 0.3 "${load[@]}" \
			spin 1000 "$how" 4 || show "$how"
		[ "$how" != self ] || continue
		ended 124 -- --cpu-time 0.3 "${load[@]}" spin 150 "$how" 4 ||
			show "$how"
		says ''
	done
}

@test "who sleeps uses no processor time" {
	works --cpu-time 0.2 sleep 0.7
	works --cpu-time 5 sh -c 'exit 0'
	sandbox --cpu-time 5 ./probe exit 9
	status_is 9
	quiet
}

@test "processor time without a PID 1 of ours" {
	setup_load
	ended 124 -- --cpu-time 0.2 --as-pid-1 "${load[@]}" spin 5000 self 1
}

# --- memory ------------------------------------------------------------------

@test "memory counts for all processes together" {
	local what

	setup_load
	for what in 'anon 100 30' 'shared 100 30' 'children 20 30 5' \
		'hidden 100 30' 'cow 100 30 2'; do
		# shellcheck disable=SC2086 # words
		ended 137 'it used more memory than 64M' '--memory' -- \
			--memory 64M "${load[@]}" $what || show "$what"
	done
}

@test "what is in private directories is memory too" {
	setup_load
	ended 137 'it used more memory than 64M' -- --memory 64M \
		"${load[@]}" tmpfs 100 30
	ended 137 'it used more memory than 64M' -- --memory 64M \
		--file-size unlimited sh -c 'head -c 100M /dev/zero >~/x; sleep 30'
}

@test "memory below the limit is left alone" {
	local what

	setup_load
	head -c 100M /dev/zero >big
	# Three see the same 40 MiB; a file's pages are not used up.
	for what in 'anon 40 0.3' 'cow 40 0.7 3' 'children 10 0.3 3' \
		'shared 40 0.3' 'tmpfs 30 0.3' 'file 100 0.7 big'; do
		# shellcheck disable=SC2086 # words
		works --memory 96M "${load[@]}" $what || show "$what"
		says there
	done
}

@test "a share of the machine's memory is a limit" {
	setup_load
	works --memory 100% "${load[@]}" anon 10 0
	works --memory unlimited "${load[@]}" anon 10 0
	"$SANDBOX" --dry-run --memory 50% true >half
	"$SANDBOX" --dry-run --memory 100% true >all
	[ "$(sed -n 's/^  limit memory \([0-9]*\),.*/\1/p' all)" -gt \
		"$(sed -n 's/^  limit memory \([0-9]*\),.*/\1/p' half)" ]
	works --memory 96M --as-pid-1 "${load[@]}" anon 10 0.3
	ended 137 memory -- --memory 64M --as-pid-1 "${load[@]}" anon 100 30
}

# --- processes ---------------------------------------------------------------

# N tasks work. Of one more the system says no, or it is the end.
exactly() {
	local n=$1

	shift
	works --pids "$n" "$@" "${load[@]}" tasks "$n" processes 0.3
	says "$n"
	works --pids "$n" "$@" "${load[@]}" tasks "$n" threads 0.3
	says "$n"
	for how in processes threads; do
		sandbox --pids "$n" "$@" "${load[@]}" tasks $((n + 1)) "$how" 0.5
		[ "$status" = 1 ] || [ "$status" = 137 ] ||
			show "more than $n $how"
		[ "$status" = 137 ] || says "$n"
		complains "the limit of $n processes was reached" '--pids'
	done
}

@test "the limit of processes is exact" {
	setup_load
	exactly 4
	exactly 30
	exactly 4 --as-pid-1
}

@test "who fails at once as no process can be made hears why" {
	local i

	for i in {1..10}; do
		sandbox --pids 10 sh -c 'exec 2>/dev/null; while :; do sleep 9 & done'
		[ "$status" != 0 ]
		complains 'the limit of 10 processes was reached' '--pids'
	done
	# One less is not the limit, whatever else failed.
	sandbox --pids 10 sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 9 & done; exit 3'
	status_is 3
	[[ $stderr != *limit* ]] || show 'there is none'
}

@test "one process is enough for who needs no more" {
	works --pids 1 ./probe exit 0
	sandbox --pids 1 sh -c 'sleep 30 & wait; exec ./probe exit 3'
	[ "$status" != 0 ]
	works --pids 2 sh -c '(exit 0); ./probe exit 0; ./probe exit 0'
}

@test "the limit of processes is no caller's" {
	setup_load
	# Others of the same account do not count, here or there.
	"$SANDBOX" --pids 20 "${load[@]}" tasks 20 processes 20 >"$T/first" 3>&- &
	ends_with_test $!
	within 20 grep -q 20 "$T/first"
	works --pids 20 "${load[@]}" tasks 20 processes 0.1
	says 20
}

@test "a fork bomb does no harm, and ends" {
	local how

	local all=(short threads processes)

	setup_load
	# Root's own looks are no match for what doubles: here they would try.
	if ! is_root || at_hand --require-cgroup --pids 30; then
		all+=(fork session)
	fi
	for how in "${all[@]}"; do
		sandbox --pids 30 --time-limit 0.5 "${load[@]}" bomb "$how" "$T"
		[ "$status" = 124 ] || [ "$status" = 137 ] || show "$how"
		complains 'limit of'
		within 10 gone "bomb $how $T"
	done
}

# --- output ------------------------------------------------------------------

# The command writes more than it may: 1 MiB arrives, no byte more or less.
flood() {
	"$SANDBOX" --output-limit 1M head -c 3000000 /dev/zero
}

@test "output is passed on up to the limit, to the byte" {
	local to status

	flood 2>"$T/err" | wc -c >count
	[ "$(<count)" = 1048576 ]
	grep -q 'it wrote more than 1M' "$T/err"
	status=0
	flood >to 2>"$T/err" || status=$?
	[ "$status" = 137 ]
	[ "$(stat -c %s to)" = 1048576 ]
	echo before >to
	flood >>to 2>"$T/err" || :
	[ "$(stat -c %s to)" = $((1048576 + 7)) ]
	[ "$(head -n 1 to)" = before ]
	status=0
	flood >/dev/null 2>"$T/err" || status=$?
	[ "$status" = 137 ]
	python3 -c '
import socket, subprocess, sys
here, there = socket.socketpair()
p = subprocess.Popen(sys.argv[1:], stdout=there, stderr=subprocess.DEVNULL)
there.close()
n = 0
while data := here.recv(65536):
	n += len(data)
print(n, p.wait())
' "$SANDBOX" --output-limit 1M head -c 3000000 /dev/zero >to
	[ "$(<to)" = '1048576 137' ]
}

@test "output below the limit is left alone" {
	works --output-limit 1M head -c 1048576 /dev/zero
	[ "$(stat -c %s "$T/out")" = 1048576 ]
	sandbox --output-limit 1M sh -c 'echo out; echo err >&2; exit 3'
	status_is 3
	says out
	[ "$stderr" = err ]
	works --output-limit 1 printf x
	says x
	ended 137 'it wrote more than 1 ' -- --output-limit 1 printf xy
	works --output-limit 1 ./probe exit 0
	works --output-limit unlimited head -c 3000000 /dev/zero
	seq 100000 >wanted
	works --output-limit 10M --as-pid-1 seq 100000
	cmp "$T/out" wanted
}

@test "output and errors count together" {
	sandbox --output-limit 1000 sh -c 'head -c 600 /dev/zero
		head -c 600 /dev/zero >&2'
	status_is 137
	[ "$(stat -c %s "$T/out")" = 600 ]
	[ "$(head -c 400 "$T/err" | tr -d '\0' | wc -c)" = 0 ]
	[[ $stderr == 'sandbox: it wrote more than 1000 bytes'* ]]
}

@test "output and errors to the same file keep their order" {
	setup_load
	seq 0 999 >wanted
	"$SANDBOX" --output-limit 1M "${load[@]}" order 1000 >to 2>&1
	cmp to wanted
	"$SANDBOX" --output-limit 1M "${load[@]}" order 1000 2>&1 | cat >to
	cmp to wanted
	: >to
	"$SANDBOX" --output-limit 1M "${load[@]}" order 1000 >>to 2>&1
	cmp to wanted
	# Two files stay two.
	"$SANDBOX" --output-limit 1M "${load[@]}" order 1000 >to 2>err
	[ "$(wc -l <to) $(wc -l <err)" = '500 500' ]
}

@test "two streams have no more than one limit" {
	local status=0

	mkfifo slow
	# Whoever reads it comes late: what waits for him counts as well.
	{ exec 9<>slow; sleep 2; timeout 3 cat <slow >/dev/null; } 3>&- &
	ends_with_test $!
	sleep 0.2
	# 64 KiB fit into the FIFO; but for 10 bytes the rest goes elsewhere.
	timeout 20 "$SANDBOX" --output-limit 1M --time-limit 8 sh -c '
		head -c 200000 /dev/zero &
		sleep 0.5
		head -c 983030 /dev/zero >&2
		sleep 3
		head -c 5000000 /dev/zero >&2' 2>err >>slow || status=$?
	[ "$status" = 137 ]
	grep -aq 'it wrote more than 1M' err
	[ "$(stat -c %s err)" -lt 1048576 ]
}

@test "a slow reader loses nothing" {
	local fifo

	status=0
	"$SANDBOX" --output-limit 1M sh -c 'head -c 500000 /dev/zero; exit 3' |
		{ sleep 0.7; wc -c; } >count || status=${PIPESTATUS[0]}
	[ "$(<count)" = 500000 ]
	# The last bytes of who is ended by a limit are nobody's worry.
	ended 124 'time limit' -- --time-limit 0.3 --output-limit 1M sleep 30
	timeout 20 "$SANDBOX" --time-limit 0.3 --output-limit 1G yes 2>"$T/err" |
		{ sleep 1; cat >/dev/null; }
	grep -q 'time limit' "$T/err"
}

@test "a reader that goes away is SIGPIPE, as without sandbox" {
	local seen

	"$SANDBOX" --output-limit 1G yes 2>"$T/err" | head -n 1 >first
	seen=${PIPESTATUS[0]}
	[ "$(<first)" = y ]
	[ "$seen" = 141 ]
	without_asan
	[ ! -s "$T/err" ]
	"$SANDBOX" --output-limit 1G sh -c 'trap "" PIPE; yes 2>/dev/null
		echo $? >status; exit 5' | head -n 1 >first
	seen=${PIPESTATUS[0]}
	[ "$(<status)" = 1 ]
	[ "$seen" = 5 ]
}

@test "a stream that is closed stays closed" {
	local status=0

	"$SANDBOX" --output-limit 1M ./probe closed to >&-
	[ "$(<to)" = "$("$SANDBOX" ./probe closed >&- to; cat to)" ]
	"$SANDBOX" --output-limit 1M sh -c 'echo x' >&- 2>"$T/err" || status=$?
	[ "$status" != 0 ]
	"$SANDBOX" --output-limit 1M sh -c 'echo x >&2; echo y' 2>&- >to || :
	[ "$(<to)" = y ]
	status=0
	"$SANDBOX" --output-limit 1M ./probe exit 6 >&- 2>&- || status=$?
	[ "$status" = 6 ]
}

@test "a limit of output is an error on a terminal" {
	python3 "$BATS_TEST_DIRNAME/terminal.py" "$SANDBOX" --output-limit 1M \
		./probe write ran x <<-'END'
		expect --output-limit: standard output is a terminal
		end 125
	END
	[ ! -e ran ]
	python3 "$BATS_TEST_DIRNAME/terminal.py" sh -c \
		'"$0" --output-limit 1M ./probe write ran x | cat' "$SANDBOX" <<-'END'
		expect standard error is a terminal
		end 0
	END
	[ ! -e ran ]
	python3 "$BATS_TEST_DIRNAME/terminal.py" sh -c \
		'"$0" --output-limit 1M sh -c "echo fine" 2>&1 | cat' \
		"$SANDBOX" <<-'END'
		expect fine
		end 0
	END
}

@test "a limit of output leaves standard input alone" {
	output=$(echo hello | "$SANDBOX" --output-limit 1M sh -c \
		'cat; readlink /proc/self/fd/0')
	matches '^hello$' '^pipe:'
	works --output-limit 1M ./probe fds
	has_not 3
	[ "$(cut -d ' ' -f 1 <<<"$output" | tr '\n' ' ')" = '0 1 2 ' ]
}

# --- per process -------------------------------------------------------------

@test "the size of a file is limited, to the byte" {
	works --file-size 1K sh -c 'head -c 1024 /dev/zero >f'
	[ "$(stat -c %s f)" = 1024 ]
	ended 153 'it wrote a file larger than 1K' '--file-size' -- \
		--file-size 1K dd if=/dev/zero of=f bs=1025 count=2 status=none
	[ "$(stat -c %s f)" = 1024 ]
	# Who ignores the signal hears of it.
	sandbox --file-size 1K sh -c 'trap "" XFSZ
		head -c 1025 /dev/zero >f || exit 7'
	status_is 7
	works --file-size 1K --file-size unlimited sh -c 'head -c 2K /dev/zero >f'
	ended 153 'it wrote a file larger than 1K' '--rlimit fsize' -- \
		--rlimit fsize=1K:2K dd if=/dev/zero of=f bs=1025 count=2 \
		status=none ||
		[[ $stderr == *'--file-size'* ]]
}

@test "memory sets the size of a file along, unless that is given" {
	at_hand --require-cgroup --memory 1G && return
	works --memory 256M ./probe rlimits
	has 'fsize 268435456 268435456'
	works --memory 256M --file-size 512M ./probe rlimits
	has 'fsize 536870912 536870912'
	works --memory 256M --file-size unlimited ./probe rlimits
	matches '^fsize unlimited'
	works --file-size 512M --memory 256M ./probe rlimits
	has 'fsize 268435456 268435456'
}

@test "descriptors are limited, and a lower limit stays" {
	works --open-files 20 ./probe rlimits
	has 'nofile 20 20'
	works --open-files 20 sh -c 'ulimit -n'
	says 20
	works --rlimit nofile=10:30 --open-files 20 ./probe rlimits
	has 'nofile 20 20'
	works --open-files 20 --rlimit nofile=10:30 ./probe rlimits
	has 'nofile 10 30'
	anything sh -c 'ulimit -n 100 && exec "$0" --open-files 200 ./probe rlimits' \
		"$SANDBOX"
	status_is 0
	has 'nofile 100 100'
	anything sh -c 'ulimit -n 100 && exec "$0" --open-files unlimited \
		./probe rlimits' "$SANDBOX"
	has 'nofile 100 100'
}

@test "limits of one process are the kernel's" {
	setup_load
	sandbox --rlimit cpu=1 "${load[@]}" spin 10000 self 1
	[ "$status" = 152 ] || [ "$status" = 137 ] || show 'not ended'
	sandbox --rlimit as=300M "${load[@]}" anon 400 1
	status_is 1
	matches '^$'
	[[ $stderr == *'Cannot allocate memory'* ]]
}

@test "private directories have the size that is said" {
	works --tmp-size 1M sh -c 'head -c 1M /dev/zero >/tmp/x'
	sandbox --tmp-size 1M sh -c 'head -c 1100000 /dev/zero >/tmp/x'
	status_is 1
	[[ $stderr == *'No space left'* ]]
	works --tmp-size 1M stat -f -c '%b %S' /tmp /var/tmp /dev/shm "$HOME"
	[ "$(sort -u <<<"$output")" = '256 4096' ]
	works --tmp-size 1M --size 2M --tmpfs /mnt stat -f -c '%b %S' /mnt
	says '512 4096'
	works --tmp-size 1M --tmpfs /mnt stat -f -c '%b %S' /mnt
	says '256 4096'
	works stat -f -c '%b %S' /tmp
	says '262144 4096'
}

# --- with little at hand -----------------------------------------------------

@test "limits hold with few descriptors, signals and processes" {
	setup_load
	anything bash -c 'ulimit -n 64; exec "$0" --memory 64M "$@" anon 100 30' \
		"$SANDBOX" "${load[@]}"
	status_is 137
	anything bash -c 'ulimit -i 0; exec "$0" --time-limit 0.3 --grace 10 \
		sh -c "trap \"exit 3\" TERM; sleep 30 & wait"' "$SANDBOX"
	status_is 124
	anything bash -c 'ulimit -i 0; exec "$0" --memory 64M "$@" anon 100 30' \
		"$SANDBOX" "${load[@]}"
	status_is 137
	anything bash -c 'ulimit -f 1; exec "$0" --output-limit 1M \
		head -c 9000 /dev/zero >to' "$SANDBOX"
	[ "$(stat -c %s to)" = 1024 ]
}

@test "one that may not use descriptors of another kind is limited all the same" {
	setup_load
	# Without a procfs inside, there is one for the supervisor.
	sandbox --tmpfs /proc --memory 64M "${load[@]}" anon 100 30
	[ "$status" = 137 ] || [ "$status" = 125 ] || show 'not limited'
}

# --- cgroups -----------------------------------------------------------------

@test "a variable that tells of a scope is believed by who it is for" {
	works --profile none --ro-bind / / ./probe env
	has_not 'SANDBOX_SCOPE=1'
	export SANDBOX_SCOPE=1
	works ./probe env
	not grep -q SANDBOX_SCOPE <<<"$output"
	works --profile none --ro-bind / / ./probe env
	has SANDBOX_SCOPE=1
	works --memory 1G --pids 100 ./probe exit 0
	unset SANDBOX_SCOPE
	anything sh -c 'SANDBOX_SCOPE=$$: exec "$0" --profile none \
		--ro-bind / / ./probe env' "$SANDBOX"
	status_is 0
	not grep -q SANDBOX_SCOPE <<<"$output"
}

@test "the cgroup of a run is gone when it ends" {
	local place before

	place=$(cgroup_place)
	[ -n "$place" ] || skip 'no cgroup here'
	before=$(cgroups_of_runs "$place")
	"$SANDBOX" --cpu-time 1h sleep 20 3>&- &
	ends_with_test $!
	within 10 has_run "$place" "sandbox-run-$!"
	kill $!
	wait $! || :
	not has_run "$place" "sandbox-run-$!"
	ended 124 -- --cpu-time 0.2 sh -c 'while :; do :; done'
	ended 124 -- --cpu-time 1h --time-limit 0.2 sh -c 'sleep 30 & sleep 30'
	sandbox --cpu-time 1h no-such-command
	status_is 127
	sandbox --cpu-time 1h --ro /no/such true
	status_is 125
	within 5 no_cgroup_left "$place" "$before"
}

@test "the command is in a cgroup below, and sees no other" {
	[ -n "$(cgroup_place)" ] || skip 'no cgroup here'
	works --cpu-time 1h cat /proc/self/cgroup
	has 0::/
	works --cpu-time 1h cat /proc/1/cgroup
	has 0::/
	works --cpu-time 1h ./probe fds
	[ "$(cut -d ' ' -f 1 <<<"$output" | tr '\n' ' ')" = '0 1 2 ' ]
	works --cpu-time 1h ./probe namespaces
	not grep -qF "$(readlink /proc/self/ns/cgroup)" <<<"$output"
}

@test "who sees all of the host cannot leave his cgroup" {
	local place

	place=$(cgroup_place)
	[ -n "$place" ] || skip 'no cgroup here'
	works --profile none --bind / / --unshare-pid --proc /proc \
		--cpu-time 1h ./probe open "$place/cgroup.procs" w
	matches '^(ENOENT|EACCES)$'
	works --profile none --bind / / --unshare-pid --proc /proc \
		--cpu-time 1h ./probe mkdir "$place/x"
	matches '^(EROFS|EACCES)$'
	# The control: it is covered.
	[ "$("$PROBE" open "$place/cgroup.procs" w)" = ok ]
}

@test "what a run left that was killed goes with the next one" {
	local place left

	place=$(cgroup_place)
	[ -n "$place" ] || skip 'no cgroup here'
	"$SANDBOX" --cpu-time 1h sleep 20 3>&- &
	ends_with_test $!
	left=sandbox-run-$!
	within 10 has_run "$place" "$left"
	disown $!
	kill -KILL $!
	has_run "$place" "$left"
	# It is empty only when its processes are gone.
	within 20 cleared "$place" "$left"
}

cleared() {
	"$SANDBOX" --cpu-time 1h true
	! has_run "$1" "$2"
}

@test "what only looks like the cgroup of a run is not touched" {
	local place name names

	place=$(cgroup_place)
	[ -n "$place" ] || skip 'no cgroup here'
	names=(sandbox-run- sandbox-run-x sandbox-run-5 sandbox-run-5-
		sandbox-run-5-0123456789abcde sandbox-run-5-0123456789abcdef0
		sandbox-run-5-0123456789ABCDEF sandbox-run--0123456789abcdef
		sandbox-run-x-0123456789abcdef xsandbox-run-5-0123456789abcdef)
	for name in "${names[@]}"; do
		mkdir "$place/$name"
	done
	works --cpu-time 1h ./probe exit 0
	for name in "${names[@]}"; do
		[ -d "$place/$name" ] || echo "gone: $name" >>gone
		rmdir "$place/$name"
	done
	[ ! -e gone ]
	# One that is in use: its lock is held.
	name=$place/sandbox-run-5-0123456789abcdef
	mkdir "$name"
	flock "$name" "$SANDBOX" --cpu-time 1h true
	[ -d "$name" ]
	works --cpu-time 1h ./probe exit 0
	[ ! -d "$name" ]
}
