#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031
# The exit status: the command's own, 128+N, 125, 126, 127.
load helper

@test "every exit status of the command is passed on" {
	local n

	for n in {0..255}; do
		status=0
		"$SANDBOX" ./probe exit "$n" 2>"$T/err" || status=$?
		status_is "$n"
		[ ! -s "$T/err" ]
	done
}

@test "a signal that ends the command gives 128+N" {
	local pair

	for pair in HUP:129 QUIT:131 KILL:137 USR1:138 ALRM:142 TERM:143; do
		sandbox ./probe die "${pair%:*}"
		status_is "${pair#*:}"
		quiet
	done
}

@test "a crash gives 128+N and one line that names the signal" {
	local pair

	for pair in ILL:132 TRAP:133 ABRT:134 BUS:135 FPE:136 SEGV:139 SYS:159; do
		sandbox ./probe die "${pair%:*}"
		status_is "${pair#*:}"
		complains './probe'
	done
}

@test "a command that dies of SIGINT makes sandbox die of it" {
	# bash reports 130 for both; the wait status knows.
	run /usr/bin/python3 -c '
import os, sys
pid = os.fork()
if pid == 0:
	os.execv(sys.argv[1], sys.argv[1:])
status = os.waitpid(pid, 0)[1]
print("signal", os.WTERMSIG(status), "exited", os.WIFEXITED(status))
' "$SANDBOX" ./probe die INT
	[ "$output" = 'signal 2 exited False' ]
	sandbox ./probe die INT
	status_is 130
}

@test "a command that handles SIGINT and exits decides the status itself" {
	sandbox sh -c 'trap "exit 3" INT; kill -INT $$; sleep 5'
	status_is 3
}

@test "a command that is not found gives 127" {
	fails 127 "'no-such-command'" 'not found' -- no-such-command
	fails 127 "'./no-such-file'" 'not found' -- ./no-such-file
	fails 127 "'/no/such/file'" 'not found' -- /no/such/file
}

@test "a command that cannot be executed gives 126" {
	echo 'echo hello' >script
	chmod 644 script
	fails 126 "'./script'" 'Permission denied' -- ./script
	fails 126 'Permission denied' -- "$PROJECT"
	fails 126 'Permission denied' -- /usr
	chmod 755 script
	works ./script
	says hello
}

@test "an error of sandbox itself gives 125" {
	fails 125 'unknown option' -- --no-such-option
	fails 125 'no-such-source' -- --ro /no-such-source
	fails 125 'no-such-profile' -- --profile no-such-profile
}

@test "a command in PATH that may not be executed is passed over" {
	mkdir a b
	echo 'echo a' >a/tool
	printf '#!/bin/sh\necho b\n' >b/tool
	chmod 644 a/tool
	chmod 755 b/tool
	PATH=$PWD/a:$PWD/b:$PATH works tool
	says b
	rm b/tool
	PATH=$PWD/a:$PWD/b:$PATH sandbox tool
	status_is 126
	complains "$PWD/a/tool" 'Permission denied'
}

@test "a file without #! is run by the shell" {
	printf 'echo "$0" "$@"\n' >script
	chmod 755 script
	works ./script 'a b' c
	says './script a b c'
}

@test "the exit status is right under every shipped profile" {
	local name

	for name in default gcc shell; do
		sandbox --profile "$name" ./probe exit 42
		status_is 42
		quiet
	done
	sandbox --profile none --bind / / ./probe exit 42
	status_is 42
	quiet
}

@test "the exit status is right without a PID 1 of ours" {
	sandbox --as-pid-1 ./probe exit 42
	status_is 42
	sandbox --profile none --bind / / ./probe exit 42
	status_is 42
	sandbox --profile none --bind / / ./probe die TERM
	status_is 143
	sandbox --profile none --bind / / no-such-command
	status_is 127
	complains "'no-such-command'" 'not found'
	sandbox --as-pid-1 no-such-command
	status_is 127
	complains "'no-such-command'" 'not found'
}
