# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # variables are for the tests
#
# Common to all command-line tests. Every test has a tree of its own:
#
#	$T            for what the host has and the sandbox must not show
#	$HOME         with a dot file and a plain one
#	$PROJECT      a directory below it: the working directory
#	./probe       in it: what tests/probe.c can tell, seen from inside
#
# Assertions print what they saw and return 1, which ends the test.

setup() {
	T=$(realpath "$BATS_TEST_TMPDIR")
	HOME=$T/home
	PROJECT=$HOME/project
	mkdir -p "$PROJECT"
	echo secret >"$HOME/.secret"
	echo plain >"$HOME/plain"
	echo outside >"$T/outside"
	export HOME T PROJECT
	unset XDG_CONFIG_HOME XDG_RUNTIME_DIR OLDPWD
	cp "$PROBE" "$PROJECT/probe"
	cd "$PROJECT" || return 1
}

teardown() {
	end_background
}

end_background() {
	local pid

	for pid in "${background[@]}"; do
		disown "$pid" 2>/dev/null || true
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# Ends `pid` when the test does, whatever becomes of the test.
background=()
ends_with_test() {
	background+=("$@")
}

# AddressSanitizer warns of the stack that the command's process starts on.
without_asan() {
	if is_asan; then
		sed -i -e '/ASan is ignoring requested __asan_handle_no_ret/d' \
			-e '/^False positive error reports may follow/d' \
			-e '/google\/sanitizers\/issues\/189/d' "$T/err"
	fi
}

# sandbox ARG...: leaves $status, $output, $stderr. Nothing may hang.
sandbox() {
	status=0
	timeout -k 1 60 "$SANDBOX" "$@" >"$T/out" 2>"$T/err" || status=$?
	without_asan
	output=$(tr -d '\0' <"$T/out")
	stderr=$(tr -d '\0' <"$T/err")
}

# The same for any command: anything COMMAND ARG...
anything() {
	status=0
	timeout -k 1 60 "$@" >"$T/out" 2>"$T/err" || status=$?
	without_asan
	output=$(tr -d '\0' <"$T/out")
	stderr=$(tr -d '\0' <"$T/err")
}

show() {
	printf '%s\n' "$1" "status: $status" "output: $output" \
		"stderr: $stderr"
	return 1
}

status_is() {
	[ "$status" = "$1" ] || show "status is not $1"
}

quiet() {
	[ -z "$stderr" ] || show 'stderr is not empty'
}

# works ARG...: runs, with status 0 and nothing on stderr.
works() {
	sandbox "$@"
	status_is 0 && quiet
}

# says TEXT: that is all of the output.
says() {
	[ "$output" = "$1" ] || show "output is not '$1'"
}

# has LINE...: each is a line of the output; has_not: none is.
has() {
	local line

	for line; do
		grep -qxF -e "$line" <<<"$output" || show "no line '$line'" ||
			return 1
	done
}

has_not() {
	local line

	for line; do
		! grep -qxF -e "$line" <<<"$output" || show "a line '$line'" ||
			return 1
	done
}

# matches REGEX...: each fits a part of the output (ERE).
matches() {
	local regex

	for regex; do
		grep -qE -e "$regex" <<<"$output" || show "nothing like '$regex'" ||
			return 1
	done
}

# complains WORDS...: one line on stderr, from sandbox, with all these in it.
complains() {
	local words

	[ "$(wc -l <"$T/err")" = 1 ] || show 'not one line on stderr' ||
		return 1
	[[ $stderr == 'sandbox: '* ]] || show 'does not begin with its name' ||
		return 1
	[[ $stderr != *$'\x1b'* ]] || show 'has control bytes' || return 1
	for words; do
		[[ $stderr == *"$words"* ]] || show "does not say '$words'" ||
			return 1
	done
}

# fails STATUS WORDS... -- ARG...: sandbox fails, says so in one line with all
# these words, and did not run the command, which is appended to ARGs.
fails() {
	local wanted=$1 words=()

	shift
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	rm -f ran
	sandbox "$@" ./probe write ran x
	status_is "$wanted" && says '' && complains "${words[@]}" || return 1
	[ ! -e ran ] || show 'the command ran'
}

# The control of the one above: with these ARGs the command does run.
does_run() {
	rm -f ran
	sandbox "$@" ./probe write ran x
	status_is 0 || return 1
	[ -e ran ] || show 'the command did not run'
}

# not COMMAND...: fails the test if it succeeds; a bare ! does not.
not() {
	if "$@"; then
		echo "did not fail: $*"
		return 1
	fi
}

# within SECONDS COMMAND...: tries until it succeeds.
within() {
	local end=$((SECONDS + $1))

	shift
	while ! "$@"; do
		if [ "$SECONDS" -gt "$end" ]; then
			echo "not within the time: $*"
			return 1
		fi
		sleep 0.05
	done
}

# private_host SCRIPT ARG...: runs a bash script where the host's tree can be
# changed: tmpfs on /srv and on /etc/, which has accounts but nothing else.
private_host() {
	local script=$1

	shift
	unshare -Umc --keep-caps bash -euc "
		mount -t tmpfs -o mode=755 tmpfs /srv
		mount -t tmpfs -o mode=755 tmpfs /usr/local
		cp /etc/passwd /etc/group /srv
		cp -P /etc/ld.so.cache /srv 2>/dev/null || :
		links=\$(tar -C /etc -cf - alternatives | base64 -w0)
		mount -t tmpfs -o mode=755 tmpfs /etc
		base64 -d <<<\"\$links\" | tar -C /etc -xf -
		mv /srv/* /etc
		set +eu
		$script" private_host "$@"
}

# host_sees PATTERN: whether a process of this host has it in its command line.
host_sees() {
	local file

	for file in /proc/[0-9]*/cmdline; do
		if { tr '\0' ' ' <"$file"; } 2>/dev/null | grep -q -e "$1"; then
			return 0
		fi
	done
	return 1
}

host_does_not_see() {
	! host_sees "$1"
}

is_asan() {
	[ -n "${asan-}" ] || asan=$(ldd "$SANDBOX" 2>/dev/null |
		grep -c libasan)
	[ "$asan" != 0 ]
}

is_root() {
	[ "$(id -u)" = 0 ]
}
