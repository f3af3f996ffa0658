#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031
# What sandbox says about itself: all from one table.
load helper

@test "--help is an overview with every option" {
	local name

	works --help
	matches '^usage: sandbox ' '^Files:$' '^Mounts:$' '^Limits:$' \
		'Exit status'
	"$SANDBOX" --list options | cut -f1 >names
	[ "$(wc -l <names)" -gt 50 ]
	while read -r name; do
		matches "(^|[ ,])$name([ []|\$)"
	done <names
	[ "$(awk '{ if (length > 110) print }' <<<"$output")" = '' ]
	cp "$T/out" long
	works -h
	cmp "$T/out" long
}

@test "--help stands above the rest of the line" {
	works --help --no-such-option
	works --ro /usr --help
}

@test "--help=SECTION" {
	local section

	for section in general files mounts namespaces environment syscalls \
		limits process; do
		works --help="$section"
		matches '^ +(-[a-zA-Z], )?--[a-z]'
	done
	works --help=limits
	matches '--rlimit NAME=SOFT'
	not grep -q -e --tmpfs <<<"$output"
}

@test "--help=OPTION" {
	works --help=tmpfs
	matches '--tmpfs DEST'
	works --help=--workdir
	matches '--workdir auto|rw|ro|none' 'Writable' 'auto'
	! grep -qE '^\.|\\fB' <<<"$output" || show 'has macros'
}

@test "--help=OPTION is filled, and has all words of the manual" {
	local name

	works --help=memory
	matches "as in 50%\. It counts"
	works --help=syscalls-answer
	matches 'an$' '^  errno by name, as ENOSYS\.$'
	works --help=userns-block-fd
	matches 'Needs --unshare-user and --info-fd, which' 'newuidmap\(1\)\.$'
	works --help=syscalls-arch
	matches 'Their socketcall\(\) and'
	works --help=list
	matches '@GROUP'
	works --help=syscalls-allow
	matches '^      ioctl\(cmd != TIOCSTI\)          it is not$'
	"$SANDBOX" --list options | cut -f1 >names
	while read -r name; do
		works --help="$name"
		[ -z "$(tail -n +2 <<<"$output" | grep -E '.{80}')" ] ||
			show 'has long lines'
	done <names
}

@test "every option has help of its own" {
	local name

	"$SANDBOX" --list options | cut -f1 >names
	while read -r name; do
		works --help="$name"
		matches "$name"
		! grep -qE '^ *\.[A-Z][a-z]' <<<"$output" || show 'has macros'
	done <names
}

@test "--help=PROFILE" {
	local name

	for name in gcc default shell; do
		works --help="$name"
		matches '^#' '^(keepenv|ro-try|include)'
	done
	mkdir -p "$HOME/.config/sandbox/profiles"
	echo '# of my own' >"$HOME/.config/sandbox/profiles/mine.profile"
	works --help=mine
	matches 'of my own'
}

@test "--help about something unknown" {
	sandbox --help=tmpf
	status_is 125
	complains "'tmpf'" "did you mean 'tmpfs'?"
	sandbox --help=xyzzyxyzzy
	status_is 125
	complains "'xyzzyxyzzy'" 'sections, options and profiles'
}

@test "--version" {
	works --version
	matches '^sandbox [0-9]+\.[0-9]+\.[0-9]+'
	[ "$(wc -l <<<"$output")" = 1 ]
	works -V
	matches '^sandbox '
}

@test "--list profiles" {
	works --list profiles
	matches $'^default\tshipped\t[a-z]' $'^gcc\tshipped\t[a-z]' \
		$'^shell\tshipped\t[a-z]' $'^none\t'
	mkdir -p "$HOME/.config/sandbox/profiles"
	echo '# mine now' >"$HOME/.config/sandbox/profiles/gcc.profile"
	mkfifo "$HOME/.config/sandbox/profiles/fifo.profile"
	works --list profiles
	has "gcc"$'\t'"$HOME/.config/sandbox/profiles"$'\t'"mine now"
	[ "$(grep -c '^gcc' <<<"$output")" = 1 ]
}

@test "--list options, directives and rlimits" {
	works --list options
	has $'--tmpfs\tDEST\tpath\ta new, empty directory in memory'
	not grep -q '^--include' <<<"$output"
	works --list directives
	matches $'^tmpfs\tDEST\tpath\t' $'^include\tNAME\tprofile\t'
	not grep -qE '^(--|dry-run|help)' <<<"$output"
	works --list rlimits
	has nofile core as stack
}

@test "--list capabilities, system calls and their groups" {
	works --list capabilities
	has CAP_CHOWN CAP_SYS_ADMIN CAP_CHECKPOINT_RESTORE
	works --list syscall-groups
	matches $'^@files\t[a-z]' $'^@mounts\t[a-z]'
	works --list @mounts
	matches $'^mount\t[0-9]+\t@mounts\t'
	not grep -qv $'\t@mounts\t' <<<"$output"
	works --list syscalls
	matches $'^socket\t[0-9]+\t@sockets\tdomain:32 type:32 protocol:32$'
	[ "$(wc -l <<<"$output")" -gt 300 ]
}

@test "--list lists names what can be listed" {
	local name

	works --list lists
	has profiles options directives rlimits capabilities syscalls \
		syscall-groups @mounts
	cp "$T/out" names
	while read -r name; do
		works --list "$name"
	done <names
}

@test "--list of something unknown" {
	sandbox --list bogus
	status_is 125
	complains "'bogus'" 'profiles' 'rlimits' 'syscall-groups'
	sandbox --list @mount
	status_is 125
	complains "'@mount'" '--list syscall-groups'
	sandbox --list
	status_is 125
	complains '--list' 'argument missing'
}

@test "every option of the issue is in the table" {
	local name

	works --list options
	for name in profile ro rw ro-try rw-try hide workdir home home-dir net \
		rlimit hint bind ro-bind dev-bind bind-try ro-bind-try \
		dev-bind-try tmpfs size perms proc dev dir symlink remount-ro \
		chdir argv0 hostname uid gid setenv unsetenv clearenv \
		new-session die-with-parent as-pid-1 unshare-user \
		unshare-user-try unshare-ipc unshare-pid unshare-net \
		unshare-uts unshare-cgroup unshare-cgroup-try unshare-all \
		share-net keepenv map-root keep-fd dry-run print-profile list \
		help version syscalls-allow syscalls-deny syscalls-answer \
		syscalls-default syscalls-arch seccomp add-seccomp-fd explain \
		print-filter format cap-add cap-drop allow-userns \
		disable-userns assert-userns-disabled no-create; do
		matches "^--$name"$'\t'
	done
}

@test "nothing of the answers needs namespaces" {
	local args

	for args in --help --version '--list profiles' '--print-profile' \
		'--dry-run true'; do
		# shellcheck disable=SC2086 # words
		anything unshare -Ur sh -c '
			echo 0 >/proc/sys/user/max_user_namespaces
			exec "$SANDBOX" "$@"' sh $args
		status_is 0
	done
}
