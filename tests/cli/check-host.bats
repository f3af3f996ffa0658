#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2016
# --check-host: what this kernel, user and site allow. What hosts that lack
# something are told: tests/unit/findings.c, tests/vm/check-host.
load helper

setup_file() {
	export SCHEMA=$BATS_TEST_DIRNAME/../check-host.schema.json
}

# finds STATE NAME [TEXT]: there is this line, and one of that name.
finds() {
	local lines

	lines=$(grep -E "^(ok|limited|no|info) +$2 " <<<"$output") || lines=
	if [ "$(wc -l <<<"$lines")" != 1 ] ||
		! grep -qE "^$1 .*${3-}" <<<"$lines"; then
		show "no '$1 $2 ${3-}'"
	fi
}

# The line below that of NAME.
fix() {
	sed -n "/^[a-z]* *$1 /{n;s/^ *fix: //p}" <<<"$output"
}

# inside SCRIPT: in a user namespace where that was done before.
inside() {
	anything unshare -Ur sh -c "$1"' || exit 99; exec "$SANDBOX" --check-host'
}

@test "the default profile runs here, and that is said" {
	sandbox --check-host
	status_is 0
	quiet
	finds ok kernel "$(uname -r)"
	finds ok user-namespaces
	finds ok proc
	finds ok default-profile 'all its walls'
	[[ ${output##*$'\n'} = 'the default profile runs here with all its walls; '* ]]
	does_run
}

@test "each line is a finding, or the fix of a bad one" {
	local last=

	sandbox --check-host
	while IFS= read -r line; do
		if [[ $line =~ ^(ok|limited|no|info)\ +[a-z-]+\ +[^\ ] ]]; then
			last=${line%% *}
		elif [[ $line = '         fix: '?* ]]; then
			[ "$last" = no ] || [ "$last" = limited ]
			last=
		else
			[[ $line = 'the default profile '* ]]
			last=end
		fi
	done <<<"$output"
	[ "$last" = end ]
}

@test "as JSON it is as the schema says, and the same" {
	local text

	sandbox --check-host
	text=$output
	sandbox --check-host --format json
	status_is 0
	python3 "$BATS_TEST_DIRNAME/report.py" "$SCHEMA" "$T/out" >"$T/facts"
	grep -qx 'runs true' "$T/facts"
	grep -qx "uid $(id -u)" "$T/facts"
	python3 - "$T/out" >"$T/lines" <<-'END'
	import json, sys
	for x in json.load(open(sys.argv[1]))["findings"]:
	    print(f'{x["state"]:9}{x["name"]:19}{x["text"]}')
	    if x["fix"]:
	        print(f'{"":9}fix: {x["fix"]}')
	END
	diff <(head -n -1 <<<"$text") "$T/lines"
}

@test "colours are for a terminal, unless NO_COLOR says no" {
	local terminal='script -qec "\"$SANDBOX\" --check-host" /dev/null'

	sandbox --check-host
	matches '^ok {7}kernel'
	not grep -q $'\033' "$T/out"
	anything sh -c "$terminal"
	matches $'^\033\\[32mok {7}\033\\[0mkernel'
	export NO_COLOR=
	anything sh -c "$terminal"
	matches $'^\033\\[32mok {7}\033\\[0mkernel'
	export NO_COLOR=1
	anything sh -c "$terminal"
	matches '^ok {7}kernel'
	not grep -q $'\033' "$T/out"
}

@test "a slow check says how far it is, on a terminal and only there" {
	local slow='strace -qq -o /dev/null -e inject=pipe2:delay_enter=1500000'

	command -v strace >/dev/null || skip 'strace is not installed'
	is_asan && skip 'strace and LeakSanitizer do not go together'
	anything script -qec "$slow '$SANDBOX' --check-host" /dev/null
	matches $'\rchecking: [1-9][0-9]* %    \r' '^.*ok {7}.*kernel'
	anything sh -c "$slow '$SANDBOX' --check-host"
	quiet
}

@test "the limit of user namespaces: who, what, and the fix is one" {
	inside 'echo 0 >/proc/sys/user/max_user_namespaces'
	status_is 1
	finds no user-namespaces 'switched off here'
	finds no default-profile 'does not run \(status 125\)'
	finds no proc 'not tried'
	finds ok seccomp
	[[ $(fix user-namespaces) = 'sysctl -w user.max_user_namespaces=10000 (to keep it: echo user.max_user_namespaces=10000 >/etc/sysctl.d/60-sandbox.conf)' ]]
	[[ ${output##*$'\n'} = 'the default profile does not run here; '* ]]
	# sysctl(8) may not be there.
	inside 'echo 0 >/proc/sys/user/max_user_namespaces &&
		echo 10000 >/proc/sys/user/max_user_namespaces'
	status_is 0
	finds ok user-namespaces
}

@test "each kind of namespace is told by itself" {
	local kind name

	for kind in pid net ipc uts cgroup; do
		inside "echo 0 >/proc/sys/user/max_${kind}_namespaces"
		status_is 1
		finds no "$kind-namespaces" '\(No space left on device\)'
		[[ $(fix "$kind-namespaces") = "sysctl -w user.max_${kind}_namespaces="* ]]
		finds ok user-namespaces
		finds ok mount-namespaces
		for name in pid net ipc uts cgroup; do
			[ "$name" = "$kind" ] || finds ok "$name-namespaces"
		done
	done
	inside 'echo 0 >/proc/sys/user/max_mnt_namespaces'
	status_is 1
	finds no mount-namespaces
}

@test "a /proc that is partly covered" {
	anything unshare -Urmpf --mount-proc sh -c '
		mount -t tmpfs none /proc/irq || exit 99
		exec "$SANDBOX" --check-host'
	status_is 1
	finds no proc 'partly covered'
	finds ok tmpfs
	[[ $(fix proc) = *'unmask=ALL' ]]
	finds no default-profile 'proc on'
	# What is to be done stands there once.
	[ -z "$(fix default-profile)" ]
}

@test "a broken site profile: the default one does not run, and why" {
	mkdir -p "$HOME/.config/sandbox/profiles"
	echo 'nonsense x' >"$HOME/.config/sandbox/profiles/site.profile"
	sandbox --check-host
	status_is 1
	finds no default-profile 'site.profile:1: .*nonsense'
	finds ok user-namespaces
	rm "$HOME/.config/sandbox/profiles/site.profile"
	sandbox --check-host
	status_is 0
}

@test "inside a sandbox it says what is not to be had there" {
	sandbox --ro "$SANDBOX" "$SANDBOX" --check-host
	status_is 1
	finds no user-namespaces 'seccomp filter'
	[[ $(fix user-namespaces) = *--allow-userns* ]]
	sandbox --allow-userns --explain --ro "$SANDBOX" "$SANDBOX" --check-host
	finds no seccomp-notices 'listens already'
}

@test "it takes no command, no other option, no profile" {
	sandbox --check-host true
	status_is 125
	complains "'true': no command is run here"
	sandbox --check-host --net host
	status_is 125
	complains 'nothing is run here'
	sandbox --profile none --check-host
	status_is 125
	complains 'nothing is run here'
	sandbox --check-host --format patch
	status_is 125
	complains '--format patch needs --diff'
	sandbox --format json true
	status_is 125
	complains '--format json needs --diff or --check-host'
	printf 'check-host\n' >p.profile
	sandbox --profile ./p.profile true
	status_is 125
}

@test "what cannot be written is a failure of the check" {
	anything sh -c '"$SANDBOX" --check-host >/dev/full'
	status_is 125
	complains 'standard output'
}

@test "nothing is left behind, and nothing is changed" {
	local before after

	before=$(find "$T" | sort; cat /proc/self/mountinfo)
	sandbox --check-host
	after=$(find "$T" ! -path "$T/out" ! -path "$T/err" | sort
		cat /proc/self/mountinfo)
	diff <(grep -v -e "^$T/out$" -e "^$T/err$" <<<"$before") - <<<"$after"
	# Other tests run beside this one.
	not pgrep -f -- "^$SANDBOX --check-host"
}

@test "a setuid copy is told to root" {
	is_root || skip 'only root can make such copies'
	is_asan && skip 'AddressSanitizer asks for more than it may'
	install -m 4755 "$SANDBOX" "$T/copy"
	anything "$T/copy" --check-host
	status_is 0
	finds no installed 'setuid: it refuses to run for everyone but root'
	[ "$(fix installed)" = "chmod ug-s $T/copy" ]
	chmod ug-s "$T/copy"
	anything "$T/copy" --check-host
	finds ok installed
}
