#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC1003,SC2088
# Profiles: where they are found, their language, --print-profile, --dry-run.
load helper

# profile NAME TEXT: a profile of the user's.
profile() {
	mkdir -p "$HOME/.config/sandbox/profiles"
	printf '%s\n' "${@:2}" >"$HOME/.config/sandbox/profiles/$1.profile"
}

# lines TEXT...: my.profile in the working directory.
lines() {
	printf '%s\n' "$@" >my.profile
}

# rejects WORDS... : my.profile is refused with these words.
rejects() {
	fails 125 "$@" -- --profile ./my.profile
}

# --- where -------------------------------------------------------------------

@test "a profile of the user's is found below XDG_CONFIG_HOME or ~/.config" {
	profile mine 'include default' 'setenv WHERE home'
	works --profile mine ./probe env
	has 'WHERE=home'
	mkdir -p "$T/config/sandbox/profiles"
	printf 'include default\nsetenv WHERE xdg\n' \
		>"$T/config/sandbox/profiles/mine.profile"
	XDG_CONFIG_HOME=$T/config works --profile mine ./probe env
	has 'WHERE=xdg'
	# The XDG specification: a relative one is ignored.
	XDG_CONFIG_HOME=config works --profile mine ./probe env
	has 'WHERE=home'
}

@test "a profile of the user's goes before the shipped one" {
	profile gcc 'include default' 'setenv WHERE mine'
	works --profile gcc ./probe env
	has 'WHERE=mine'
	rm "$HOME/.config/sandbox/profiles/gcc.profile"
	works --profile gcc ./probe env
	has_not 'WHERE=mine'
}

@test "profiles are searched for the user, the site, the install, in this order" {
	run private_host '
		export XDG_CONFIG_HOME=$1
		for dir in "$XDG_CONFIG_HOME/sandbox" /etc/sandbox \
			/usr/local/share/sandbox; do
			mkdir -p "$dir/profiles"
			printf "include default\nsetenv WHERE $dir\n" \
				>"$dir/profiles/gcc.profile"
		done
		for dir in "$XDG_CONFIG_HOME/sandbox" /etc/sandbox \
			/usr/local/share/sandbox; do
			"$SANDBOX" --profile gcc ./probe env | grep ^WHERE=
			rm "$dir/profiles/gcc.profile"
		done
		"$SANDBOX" --profile gcc ./probe env | grep ^WHERE= || echo shipped
	' "$T/config"
	[ "$output" = "WHERE=$T/config/sandbox
WHERE=/etc/sandbox
WHERE=/usr/local/share/sandbox
shipped" ]
}

@test "the site's profile is part of the default" {
	run private_host '
		mkdir -p /etc/sandbox/profiles /srv/course
		echo exercise >/srv/course/file
		"$SANDBOX" cat /srv/course/file
		echo ro /srv/course >/etc/sandbox/profiles/site.profile
		"$SANDBOX" cat /srv/course/file
		"$SANDBOX" --profile gcc cat /srv/course/file'
	[ "${lines[0]}" = "cat: /srv/course/file: No such file or directory" ]
	[ "${lines[1]}" = exercise ]
	[ "${lines[2]}" = exercise ]
}

@test "a name with a slash is a path and nothing else" {
	profile dir/mine 'setenv A b' 2>/dev/null || :
	mkdir -p "$HOME/.config/sandbox/profiles/dir" sub
	echo 'setenv WHERE config' \
		>"$HOME/.config/sandbox/profiles/dir/mine.profile"
	fails 125 "'dir/mine'" -- --profile dir/mine
	printf 'include default\nsetenv WHERE sub\n' >sub/x
	works --profile sub/x ./probe env
	has WHERE=sub
	works --profile "$PROJECT/sub/x" ./probe env
	has WHERE=sub
}

@test "a name without a slash is no file of the working directory" {
	printf 'include default\nsetenv WHERE here\n' >odd.profile
	fails 125 "no profile 'odd'" -- --profile odd
	fails 125 "no profile 'odd.profile'" -- --profile odd.profile
}

@test "the bare executable works alone in an empty directory" {
	mkdir alone
	cp "$SANDBOX" alone/sandbox
	cd alone
	env -i PATH=/usr/bin:/bin HOME="$HOME" ./sandbox --profile gcc true
}

@test "another's home that may not be entered does not matter" {
	! is_root || return 0
	HOME=/root sandbox --profile gcc true
	status_is 0
}

@test "one's own profiles that cannot be opened do" {
	! is_root || return 0
	mkdir -p "$HOME/.config/sandbox/profiles"
	chmod 0 "$HOME/.config"
	fails 125 'open the profiles' .config 'Permission denied' -- --workdir auto
	chmod 755 "$HOME/.config"
	works true
}

# --- composition -------------------------------------------------------------

@test "profiles apply in their order, then the options, wherever they stand" {
	lines 'include default' 'setenv A profile' 'setenv B profile'
	printf 'setenv B second\n' >second.profile
	works --setenv A option --profile ./my.profile \
		--profile ./second.profile ./probe env
	has A=option B=second
	works --profile ./second.profile --profile ./my.profile ./probe env
	has A=profile B=profile
}

@test "a second include is a no-op" {
	lines 'include default' 'setenv A first' 'include ./inc.profile' \
		'setenv A last' 'include ./inc.profile'
	echo 'setenv A inc' >inc.profile
	works --profile ./my.profile ./probe env
	has A=last
	# By another name it is the same file still.
	ln -s inc.profile other.profile
	lines 'include default' 'include ./inc.profile' 'setenv A last' \
		'include ./other.profile'
	works --profile ./my.profile ./probe env
	has A=last
}

@test "an include is taken from the directory of the profile" {
	mkdir sub
	printf 'include default\ninclude ./inc\n' >sub/my.profile
	echo 'setenv WHERE sub' >sub/inc
	echo 'setenv WHERE top' >inc
	works --profile sub/my.profile ./probe env
	has WHERE=sub
}

@test "include-try passes over what is missing, and only that" {
	lines 'include default' 'include-try nothing-like-this' \
		'include-try ./nothing' 'setenv A b'
	works --profile ./my.profile ./probe env
	has A=b
	lines 'include-try ./bad.profile'
	echo frob >bad.profile
	rejects bad.profile:1 "'frob'"
	lines 'include nothing-like-this'
	rejects my.profile:1 "'nothing-like-this'"
}

@test "parts that profiles share are in .inc files" {
	profile mine 'include default' 'include part.inc'
	fails 125 mine.profile:2 "no profile 'part.inc'" -- --profile mine
	echo 'setenv WHERE part' >"$HOME/.config/sandbox/profiles/part.inc"
	works --profile mine ./probe env
	has 'WHERE=part'
	works --list profiles
	matches $'^mine\t' $'^grader\tshipped\t'
	not grep -q -e '^part' -e '\.inc' <<<"$output"
}

@test "parts of shipped profiles are shipped, and can be replaced" {
	CC=x works --profile gcc ./probe env
	has CC=x
	works --profile sandbox-untrusted.inc --print-profile
	matches '^workdir ro' '^syscalls-deny .socket'
	mkdir -p "$HOME/.config/sandbox/profiles"
	echo 'setenv WHERE mine' >"$HOME/.config/sandbox/profiles/sandbox-compilers.inc"
	CC=x works --profile gcc ./probe env
	has WHERE=mine
	has_not CC=x
}

@test "a shipped part that comes before default keeps its walls" {
	profile mine 'include sandbox-untrusted.inc' 'include default'
	works --profile mine ./probe exit 0
	sandbox --profile mine touch new
	status_is 1
	grep -q 'Read-only file system' <<<"$stderr"
	works --profile mine --print-profile
	[ "$(grep -n -m 1 '^workdir ro' <<<"$output" | cut -d: -f1)" -gt \
		"$(grep -n -m 1 '^syscalls-default' <<<"$output" | cut -d: -f1)" ]
}

@test "an include loop is an error" {
	lines 'include ./b.profile'
	echo 'include ./my.profile' >b.profile
	rejects b.profile:1 'includes itself' my.profile
	lines '' 'include ./my.profile'
	rejects my.profile:2 'includes itself'
}

@test "includes that are nested deeply end" {
	local n

	for n in {1..300}; do
		echo "include ./p$((n + 1))" >"p$n"
	done
	echo 'include default' >p301
	cp p1 my.profile
	sandbox --profile ./my.profile ./probe exit 0
	# Deep is fine, or said to be too deep; never a crash.
	[ "$status" = 0 ] || [ "$status" = 125 ]
}

# --- the language ------------------------------------------------------------

@test "quotes, escapes, comments and blanks" {
	lines '# a comment' '' '	  # another' 'include default' \
		"setenv A 'one two  #three'" \
		'setenv B "q\"b\\s\$d\tt\x41"   # and a comment' \
		'setenv C a\ b\#c' "setenv D x'y'\"z\"w" "setenv E ''" \
		'	setenv	F	tab' 'setenv G a#b' \
		"setenv H '\$x \"'" $'setenv I caf\xc3\xa9'
	works --profile ./my.profile ./probe env
	has 'A=one two  #three' 'B=q"b\s$d\x09tA' 'C=a b#c' D=xyzw E= F=tab \
		G=a#b 'H=$x "' $'I=caf\xc3\xa9'
}

@test "a profile with carriage returns works" {
	printf 'include default\r\nsetenv A b\r\n' >my.profile
	works --profile ./my.profile ./probe env
	has A=b
}

@test "a profile without a newline at its end works" {
	printf 'include default\nsetenv A b' >my.profile
	works --profile ./my.profile ./probe env
	has A=b
}

@test "an empty profile is one that says nothing" {
	: >my.profile
	works --profile ./my.profile --bind / / ./probe exit 0
}

@test "variables and the tilde" {
	lines 'include default' 'setenv A ${HOME}' 'setenv B "${PWD}/x"' \
		'setenv C ${UID}' 'setenv D ~/d' 'setenv E ~' \
		"setenv F '\${HOME}'" 'setenv G "~"' 'setenv H x~' \
		'setenv I ~user' 'setenv J ${USER}' \
		'setenv K ${XDG_RUNTIME_DIR}/k'
	USER=somebody XDG_RUNTIME_DIR=/run/user/1 \
		works --profile ./my.profile ./probe env
	has "A=$HOME" "B=$PROJECT/x" "C=$(id -u)" "D=$HOME/d" "E=$HOME" \
		'F=${HOME}' 'G=~' 'H=x~' 'I=~user' J=somebody K=/run/user/1/k
}

@test "a variable with odd characters is not split or read again" {
	mkdir "$T/a b \$c#'\""
	lines 'include default' 'setenv A ${HOME}'
	HOME="$T/a b \$c#'\"" works --profile "$PROJECT/my.profile" ./probe env
	has "A=$T/a b \$c#'\""
}

@test "a variable that is not set is an error, and skips a -try" {
	lines 'include default' 'ro ${XDG_RUNTIME_DIR}/x'
	rejects my.profile:2 '${XDG_RUNTIME_DIR} is not set' '-try'
	lines 'include default' 'ro-try ${XDG_RUNTIME_DIR}/x' 'setenv A b'
	works --profile ./my.profile ./probe env
	has A=b
	lines 'include default' 'ro ~/x'
	HOME='' rejects my.profile:2 'HOME' 'not set'
}

@test "an unknown directive, with what was meant" {
	lines 'include default' '' 'tmpfss /x'
	rejects my.profile:3 "unknown directive 'tmpfss'" \
		"did you mean 'tmpfs'?"
	lines '--tmpfs /x'
	rejects my.profile:1 "'--tmpfs'" 'no dashes'
	lines 'profile gcc'
	rejects my.profile:1 "'profile'" 'command line only' 'include'
	lines 'dry-run'
	rejects my.profile:1 "'dry-run'" 'command line only'
}

@test "a missing and a surplus argument" {
	lines 'tmpfs'
	rejects my.profile:1 'tmpfs: argument missing' 'tmpfs DEST'
	lines 'bind /usr'
	rejects my.profile:1 'bind: argument missing' 'bind SRC DEST'
	lines 'tmpfs /a /b'
	rejects my.profile:1 'tmpfs: surplus argument' "'/b'" 'tmpfs DEST'
	lines 'clearenv now'
	rejects my.profile:1 'clearenv' 'surplus' "'now'"
}

@test "malformed values name file, line and word" {
	lines 'include default' 'size 10x' 'tmpfs /x'
	rejects my.profile:2 size "'10x'"
	lines 'rlimit nofile=5:1'
	rejects my.profile:1 rlimit "'nofile=5:1'"
	lines 'size 1M' 'ro /usr'
	rejects my.profile:1 size 'right before'
}

@test "an unclosed quote or variable" {
	lines "setenv A 'x"
	rejects my.profile:1 'single quote' 'not closed'
	lines 'setenv A "x'
	rejects my.profile:1 'double quote' 'not closed'
	lines 'setenv A ${HOME'
	rejects my.profile:1 "without '}'"
	lines 'setenv A ${SHELL}'
	rejects my.profile:1 '${SHELL}' '${HOME}'
	lines 'setenv A $HOME'
	rejects my.profile:1 '${NAME}'
	lines 'setenv A x\'
	rejects my.profile:1 'backslash'
	lines 'setenv A "\q"'
	rejects my.profile:1 'escape'
}

@test "a NUL byte" {
	printf 'include default\nsetenv A b\0c\n' >my.profile
	rejects my.profile:2 'NUL'
}

@test "a line of 1 MiB" {
	{
		printf '# fine\nsetenv A '
		head -c 1048576 /dev/zero | tr '\0' x
		echo
	} >my.profile
	rejects my.profile 'larger'
	# The same within what a file may have.
	{
		printf '# fine\nsetenv A '
		head -c 1000000 /dev/zero | tr '\0' x
		echo
	} >my.profile
	rejects my.profile:2 'line'
}

@test "a file that is far too large ends at once" {
	truncate -s 1T my.profile
	rejects my.profile
}

@test "a directory, a FIFO, a device, an unreadable file" {
	mkdir dir
	fails 125 "'./dir'" 'directory' -- --profile ./dir
	mkfifo fifo
	fails 125 "'./fifo'" -- --profile ./fifo
	fails 125 "'/dev/zero'" -- --profile /dev/zero
	lines 'include ./fifo'
	rejects my.profile:1 'fifo'
	if ! is_root; then
		lines 'include default'
		chmod 0 my.profile
		rejects "'./my.profile'" 'Permission denied'
	fi
}

@test "an unknown word of another language is shown with its bytes escaped" {
	printf 'fr\033[31mob\n' >my.profile
	rejects my.profile:1 'fr\x1b[31mob'
}

# --- --print-profile ---------------------------------------------------------

# is_fixed ARG...: reading back what is printed prints the same and would do
# the same. The printed profile is where the sandbox does not show it: where it
# does, it is protected.
is_fixed() {
	local printed=$T/printed.profile

	"$SANDBOX" "$@" --print-profile >"$printed" || return 1
	"$SANDBOX" --profile "$printed" --print-profile >again || return 1
	diff "$printed" again || return 1
	"$SANDBOX" "$@" --dry-run ./probe env >run.1 || return 1
	"$SANDBOX" --profile "$printed" --dry-run ./probe env >run.2 || return 1
	diff run.1 run.2
}

@test "every shipped profile is a fixed point of --print-profile" {
	local name

	"$SANDBOX" --list profiles | cut -f1 >names
	[ "$(wc -l <names)" -ge 4 ]
	while read -r name; do
		# What it would do takes ids to map: map-auto.bats.
		[ "$name" != packages ] || continue
		is_fixed --profile "$name"
	done <names
}

@test "option lines are fixed points of --print-profile" {
	mkdir -p data
	is_fixed
	is_fixed --ro /usr --rw data --hide /etc/passwd --workdir ro \
		--home ro --net host --net none
	is_fixed --profile none --unshare-all --ro-bind / / --proc /proc \
		--dev /dev --perms 0700 --size 1M --tmpfs /tmp --dir /tmp/a \
		--symlink a /tmp/b --remount-ro /tmp --chdir /tmp --argv0 x
	is_fixed --uid 5 --gid 6 --hostname here --hostname there \
		--rlimit nofile=10:20 --rlimit core=unlimited --keep-fd 9 \
		--new-session --die-with-parent --as-pid-1 --hint 'a hint'
	is_fixed --map-root --setenv A b --unsetenv A --clearenv \
		--keepenv 'L*' --unshare-user-try --share-net
	is_fixed --profile gcc --profile shell --uid 1 --uid 2
	is_fixed --home-dir data --chdir / --chdir /usr
}

@test "odd characters and newlines survive --print-profile" {
	is_fixed --setenv A $'a\nb\tc\rd\x01\x7f' --setenv B "'" --setenv C '"' \
		--setenv D '\' --setenv E '$HOME ${HOME}' --setenv F '' \
		--setenv G '~' --setenv H '#' --setenv I $'\xff\xfe' \
		--setenv J ' a  b ' --setenv K "it's \"\$\`x\`" \
		--argv0 '~/x' --hint '# no comment'
	works --profile "$T/printed.profile" ./probe env
	has "A=a\\x0ab\\x09c\\x0dd\\x01\\x7f" "B='" 'C="' 'D=\' \
		'E=$HOME ${HOME}' F= 'G=~' 'H=#' 'J= a  b ' "K=it's \"\$\`x\`"
}

@test "a source with odd characters survives --print-profile" {
	mkdir $'od d\n\'"$x'
	echo data >$'od d\n\'"$x/file'
	is_fixed --ro-bind $'od d\n\'"$x' /mnt
	works --profile "$T/printed.profile" cat /mnt/file
	says data
}

@test "every directive of the table is accepted in a profile" {
	local name metavars args

	while IFS='|' read -r name metavars; do
		case $name in
		include | include-try) args=default ;;
		ro* | rw* | hide*) args=/usr ;;
		workdir) args=auto ;;
		home) args=private ;;
		net) args=none ;;
		size) args=$'1M\ntmpfs /x' ;;
		perms) args=$'700\ndir /x' ;;
		uid | gid | keep-fd) args=3 ;;
		cap-*) args=CAP_KILL ;;
		syscalls-default) args=ENOSYS ;;
		syscalls-arch) args=native ;;
		syscalls-answer) args='EPERM ptrace' ;;
		syscalls-*) args='@debug clone(flags & CLONE_NEWUSER)' ;;
		seccomp | add-seccomp-fd) args=9 ;;
		rlimit) args=nofile=3 ;;
		memory | swap | *-size | output-limit) args=1M ;;
		pids | cpus | *-weight | cpuset-cpus | open-files) args=1 ;;
		io-max) args=8:0:rbps=1M ;;
		*-time | time-limit | grace) args=1s ;;
		chmod) args='700 /x' ;;
		tmpfs | proc | dev | mqueue | dir | remount-ro | chdir | home-dir | lock-file)
			args=/x ;;
		*) args=$(tr ' ' '\n' <<<"$metavars" | sed 's/.*/x/' |
			paste -sd ' ') ;;
		esac
		case $name in
		*bind*) args='/usr /x' ;;
		symlink) args='x /x' ;;
		overlay-src) args=$'/usr\ntmp-overlay /x' ;;
		overlay) name=overlay-src args=$'/usr\noverlay /tmp /tmp /x' ;;
		*-overlay)
			args=$'/usr\noverlay-src /etc\n'"$name /x"
			name=overlay-src
			;;
		esac
		[ -n "$metavars" ] || args=
		printf '%s %s\n' "$name" "$args" >my.profile
		sandbox --profile ./my.profile --print-profile
		status_is 0
	done < <("$SANDBOX" --list directives | cut -f1,2 |
		tr '|\t' ' |')
}

# --- --dry-run ---------------------------------------------------------------

@test "--dry-run prints what would be done and runs nothing" {
	works --dry-run ./probe write ran x
	[ ! -e ran ]
	matches '^supervisor$' '^init \(PID 1\)$' '^command$' \
		'namespaces user mount pid ipc net uts cgroup' 'bind /usr' \
		'exec ./probe write ran x' 'tmpfs /tmp'
}

@test "--dry-run says what ends with the supervisor when there is no PID 1" {
	works --as-pid-1 --dry-run true
	matches 'only the command itself ends with the supervisor'
	works --dry-run true
	not grep -q 'only the command itself' <<<"$output"
}

@test "--dry-run changes nothing on the host" {
	find "$T" >"$BATS_TEST_TMPDIR.before"
	"$SANDBOX" --tmpfs "$T/x/y" --dir "$T/z" --dry-run true >/dev/null
	find "$T" | diff "$BATS_TEST_TMPDIR.before" -
}
