# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # for the tests
#
# What the tests here share. Each begins in an empty directory ~/project, with its
# name in $profile, and ends with `finish`.

set -u

profile=${0##*/}
project=$PWD
log=$HOME/log
failed=0
listener=''
trap '[ -z "$listener" ] || kill "$listener"' EXIT

# result STATUS NAME
result() {
	if [ "$1" = 0 ]; then
		echo "ok - $profile: $2"
	else
		echo "not ok - $profile: $2"
		sed 's/^/#   /' "$log" | tail -n 20
		failed=1
	fi
}

# box ARG...: in the sandbox; leaves $status, and what was said in $log.
box() {
	status=0
	timeout -k 2 180 "$SANDBOX" --profile "$profile" "$@" >"$log" 2>&1 ||
		status=$?
}

# works NAME ARG...: inside it does.
works() {
	box "${@:2}"
	result "$status" "$1"
}

# says TEXT NAME ARG...: and says TEXT.
says() {
	box "${@:3}"
	[ "$status" = 0 ] && grep -qF -- "$1" "$log"
	result $? "$2"
}

# fails NAME ARG...: inside it does not, while sandbox itself does its part. A
# command that is not there, or that never ends, meets no wall.
fails() {
	box "${@:2}"
	case $status in
	0 | 124 | 125 | 126 | 127) false ;;
	esac
	result $? "$1"
}

# ends STATUS NAME ARG...: with this status.
ends() {
	box "${@:3}"
	[ "$status" = "$1" ]
	result $? "$2"
}

# outside NAME COMMAND...: on the host it works: what a wall is the control of.
outside() {
	"${@:2}" >"$log" 2>&1
	result $? "$1"
}

# not_shown FILE...: made here, with something in it, it is not there inside.
not_shown() {
	local file

	for file; do
		mkdir -p "$(dirname "$file")"
		echo hunter2 >"$file"
		outside "outside ${file/#$HOME/\~} can be read" cat "$file"
		fails "inside it cannot" cat "$file"
	done
}

# not_written DIRECTORY...: outside a file can be made there, inside it cannot.
not_written() {
	local dir

	for dir; do
		mkdir -p "$dir"
		outside "outside ${dir/#$HOME/\~} can be written" touch "$dir/by-host"
		box sh -c "echo x >$dir/by-host; echo x >$dir/from-inside"
		[ "$status" != 125 ] && [ ! -e "$dir/from-inside" ] &&
			[ ! -s "$dir/by-host" ]
		result $? "inside nothing gets there"
	done
}

# no_network: what listens on the host's loopback is not reached.
no_network() {
	local port connect i

	perl -MIO::Socket::INET -e '$| = 1;
		my $s = IO::Socket::INET->new(Listen => 9, LocalAddr => "127.0.0.1")
			or die; print $s->sockport, "\n"; alarm 300;
		while (my $c = $s->accept) { close $c }' >"$HOME/port" &
	listener=$!
	for i in {1..100}; do
		[ ! -s "$HOME/port" ] || break
		sleep 0.1
	done
	port=$(cat "$HOME/port")
	connect="exec 3<>/dev/tcp/127.0.0.1/$port"
	outside "outside a server of the host is reached" bash -c "$connect"
	fails "inside it is not" bash -c "$connect"
}

# no_variable NAME...: secrets of the environment stay outside.
no_variable() {
	local name

	for name; do
		export "$name=hunter2"
		box env
		[ "$status" = 0 ] && ! grep -q hunter2 "$log"
		result $? "$name is not in the environment"
		unset "$name"
	done
}

finish() {
	exit "$failed"
}
