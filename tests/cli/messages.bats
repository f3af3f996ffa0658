#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031
# What can go wrong is said in one line, with what to do about it, and nothing
# is run. fails() checks all three.
load helper

@test "no command given" {
	sandbox
	status_is 125
	complains 'no command given' 'usage: sandbox'
	sandbox --
	status_is 125
	complains 'no command given'
	sandbox --profile gcc
	status_is 125
	complains 'no command given'
}

@test "an empty command" {
	sandbox ''
	status_is 125
	complains 'empty'
}

@test "an unknown option, with what was meant" {
	fails 125 "unknown option '--tmpf'" "did you mean '--tmpfs'?" -- --tmpf /x
	fails 125 "unknown option '--reo'" "'--ro'" -- --reo /x
	fails 125 "unknown option '--memroy=1G'" "'--memory'" -- --memroy=1G
	fails 125 "unknown option '--xyzzyxyzzy'" '--help' -- --xyzzyxyzzy
	fails 125 "unknown option '-z'" '--help' -- -z
}

@test "an option of another program, with what it is here" {
	fails 125 "unknown option '--private'" '--home-dir DIR' -- --private true
	fails 125 "unknown option '--whitelist=x'" '--rw PATH' -- --whitelist=x true
	fails 125 "unknown option '--timeout'" '--time-limit' -- --timeout 10 true
	fails 125 "unknown option '--noprofile'" '--home ro' -- --noprofile
	fails 125 "unknown option '--private-tmp'" 'leave it out' -- --private-tmp
}

@test "a profile without default, which shows nothing" {
	echo 'rw .' >my.profile
	fails 127 "'/usr/bin/env' exists on the host" 'add --ro /usr' \
		"'include default'" -- --profile ./my.profile /usr/bin/env
	echo 'memory 1G' >my.profile
	fails 125 '--memory needs' '--unshare-pid' -- \
		--profile ./my.profile /usr/bin/env
}

@test "a command line in quotes, and what only a shell can do" {
	fails 127 "'ls -l' not found" 'leave out the quotes' -- 'ls -l'
	fails 127 "'cd' not found" '--chdir DIR' "sh -c 'cd DIR && COMMAND'" -- cd /tmp
	fails 127 "'export' not found" '--setenv NAME VALUE' -- export A=b
	fails 127 "'source' not found" "bash -c 'source FILE && " -- source ./x
}

@test "an unknown option says where it stands" {
	fails 125 'argument 4' "'--frob'" -- --ro /usr --dry-run --frob
}

@test "an argument that is missing, and one too many" {
	sandbox --ro
	status_is 125
	complains 'argument 1' '--ro' 'argument missing' 'write --ro PATH'
	sandbox --bind /usr
	status_is 125
	complains '--bind' 'argument missing' 'write --bind SRC DEST'
	fails 125 '--map-root takes no argument' -- --map-root=yes
	fails 125 '--bind takes 2 arguments' 'SRC DEST' -- --bind=/usr
}

@test "malformed values" {
	fails 125 '--size' "'10x'" '64K' -- --size 10x --tmpfs /x
	fails 125 '--size' "'0'" -- --size 0 --tmpfs /x
	fails 125 '--size' "'-1'" -- --size -1 --tmpfs /x
	fails 125 '--size' "'99999999999999T'" -- --size 99999999999999T --tmpfs /x
	fails 125 '--perms' "'9'" 'octal' -- --perms 9 --tmpfs /x
	fails 125 '--uid' "'-1'" -- --uid -1
	fails 125 '--uid' "'4294967295'" -- --uid 4294967295
	fails 125 '--gid' "'root'" -- --gid root
	fails 125 '--keep-fd' "'x'" -- --keep-fd x
	fails 125 '--net' "'tcp'" 'none, host' -- --net tcp
	fails 125 '--workdir' "'x'" 'auto, rw, ro, none' -- --workdir x
	fails 125 '--home' "'x'" 'private, ro, rw' -- --home x
	fails 125 '--rlimit' "'bogus'" 'nofile' -- --rlimit bogus=1
	fails 125 '--rlimit' "'nofile'" 'NAME=SOFT[:HARD]' -- --rlimit nofile
	fails 125 '--rlimit' "'x'" -- --rlimit nofile=x
	fails 125 '--rlimit' 'above the hard' -- --rlimit nofile=9:8
	fails 125 '--setenv' "'A=B'" -- --setenv A=B c
	fails 125 '--setenv' -- --setenv '' c
	fails 125 '--hostname' 'host name' -- --hostname ''
	fails 125 '--tmpfs' "'x'" 'absolute' -- --tmpfs x
	fails 125 '--bind' "'x'" 'absolute' -- --bind /usr x
	fails 125 '--chdir' "'x'" 'absolute' -- --chdir x
	fails 125 '--ro' 'empty' -- --ro ''
	fails 125 '--bind' 'empty' -- --bind '' /x
	fails 125 '--hide' "'/'" -- --hide /
}

@test "options that need or exclude each other" {
	fails 125 '--hostname needs --unshare-uts' -- \
		--share-uts --hostname x
	fails 125 '--as-pid-1 needs --unshare-pid' -- --share-pid --as-pid-1
	fails 125 '--map-root and --uid 5 exclude' -- --map-root --uid 5
	does_run --map-root --uid 0
}

@test "control bytes of the user's text are escaped" {
	fails 125 "unknown option '--a\\x1b[31mb\\x0a'" -- $'--a\e[31mb\n'
	fails 127 "\\x1b" -- $'x\e[0m'
}

@test "a profile that is not found names the places and what was meant" {
	fails 125 "no profile 'gc'" "$HOME/.config/sandbox/profiles" \
		/etc/sandbox/profiles "did you mean 'gcc'" -- --profile gc
	fails 125 "no profile 'xyzzyxyzzy'" '--list profiles' './xyzzyxyzzy' \
		-- --profile xyzzyxyzzy
	fails 125 "no profile file './x.profile'" -- --profile ./x.profile
	fails 125 'empty' -- --profile ''
}

@test "a command that exists outside names the option that shows it" {
	mkdir -p "$T/software/bin"
	cp "$PROBE" "$T/software/bin/tool"
	sandbox "$T/software/bin/tool" exit 0
	status_is 127
	complains "'$T/software/bin/tool'" \
		'exists on the host but not in the sandbox' "add --ro $T/software"
	# The hint is true.
	works --ro "$T/software" "$T/software/bin/tool" exit 0
}

@test "a command found in PATH outside names the option that shows it" {
	mkdir -p "$T/software/bin"
	cp "$PROBE" "$T/software/bin/my-tool"
	PATH=$PATH:$T/software/bin sandbox my-tool exit 0
	status_is 127
	complains "'$T/software/bin/my-tool'" "add --ro $T/software"
	PATH=$PATH:$T/software/bin works --ro "$T/software" my-tool exit 0
}

@test "a command that is a link to something not visible is explained" {
	mkdir -p "$T/software/bin"
	cp "$PROBE" "$T/software/bin/tool"
	ln -s "$T/software/bin/tool" tool
	sandbox ./tool exit 0
	status_is 127
	complains "add --ro $T/software"
	works --ro "$T/software" ./tool exit 0
}

@test "a script whose interpreter is not visible names the option" {
	mkdir -p "$T/software/bin"
	cp "$PROBE" "$T/software/bin/interp"
	printf '#!%s args\n' "$T/software/bin/interp" >script
	chmod 755 script
	sandbox ./script
	status_is 127
	complains "the interpreter '$T/software/bin/interp'" \
		"add --ro $T/software"
	works --ro "$T/software" ./script
	printf '#!/no/such/interpreter\n' >script
	sandbox ./script
	status_is 127
	complains "'/no/such/interpreter'" 'does not exist'
}

@test "a script with a carriage return after its interpreter is explained" {
	printf '#!/bin/sh\r\necho hello\r\n' >script
	chmod 755 script
	sandbox ./script
	status_is 127
	complains './script' 'interpreter'
}

@test "a working directory that is not visible" {
	fails 125 "working directory '/nowhere'" --chdir '--ro or --rw' -- \
		--chdir /nowhere
	does_run --chdir "$PROJECT"
	status=0 output=
	private_host '
		mount -t tmpfs tmpfs /run
		mkdir /run/mine
		cd /run/mine
		exec "$SANDBOX" true' 2>"$T/err" || status=$?
	without_asan
	stderr=$(<"$T/err")
	status_is 125
	complains "working directory '/run/mine' is not visible" --chdir
}

@test "a working directory that was removed" {
	mkdir gone
	cd gone
	rmdir ../gone
	sandbox true
	status_is 125
	complains 'working directory' '--workdir none'
	works --workdir none --chdir / true
}

@test "the home as working directory and a failed command" {
	cp probe "$HOME"
	cd "$HOME"
	sandbox ./probe exit 3
	status_is 3
	complains 'your home is read-only here' 'work in a subdirectory' '--rw ~'
	works ./probe exit 0
	sandbox --rw "$HOME" ./probe exit 3
	status_is 3
	quiet
}

@test "a command that failed for want of network" {
	# shellcheck disable=SC2016 # for the shell inside
	sandbox bash -c 'exec 2>/dev/null; exec 3<>/dev/tcp/192.0.2.1/80'
	status_is 1
	complains 'network' '--net host'
	sandbox bash -c 'exec 2>/dev/null; exec 3<>/dev/udp/192.0.2.1/80'
	status_is 1
	complains '--net host'
	# No such line for what succeeds, or fails for another reason.
	sandbox bash -c 'exec 2>/dev/null; (exec 3<>/dev/tcp/192.0.2.1/80); :'
	status_is 0
	quiet
	sandbox ./probe exit 1
	quiet
}

@test "a command that failed to look up a name" {
	sandbox sh -c 'getent hosts example.com || exit 1'
	status_is 1
	complains '--net host'
}

@test "the source of a bind is missing" {
	fails 125 'argument 1' "show '/no/such'" 'No such file' '-try' -- \
		--ro /no/such
	fails 125 "'/no/such'" 'No such file' '-try' -- --bind /no/such /x
	does_run --ro-try /no/such --bind-try /no/such /x
}

@test "the source of a bind cannot be reached" {
	mkdir -p "$T/closed/dir"
	chmod 0 "$T/closed"
	# Root reaches everything.
	if ! is_root; then
		fails 125 "'$T/closed/dir'" 'Permission denied' -- \
			--ro "$T/closed/dir"
		does_run --ro-try "$T/closed/dir"
	fi
	chmod 755 "$T/closed"
	does_run --ro "$T/closed/dir"
}

@test "user namespaces are switched off" {
	anything unshare -Ur sh -c '
		echo 0 >/proc/sys/user/max_user_namespaces || exit 99
		exec "$SANDBOX" ./probe write ran x'
	status_is 125
	complains 'namespace' 'switched off' \
		'sysctl -w user.max_user_namespaces='
	[ ! -e ran ]
	anything unshare -Ur sh -c '
		echo 9 >/proc/sys/user/max_user_namespaces || exit 99
		exec "$SANDBOX" ./probe write ran x'
	status_is 0
	[ -e ran ]
}

@test "another limit of namespaces is reached" {
	anything unshare -Ur sh -c '
		echo 0 >/proc/sys/user/max_pid_namespaces || exit 99
		exec "$SANDBOX" ./probe write ran x'
	status_is 125
	complains 'namespace' 'sysctl user.max_'
	[ ! -e ran ]
}

# with_filter ERRNO COMMAND...: under a seccomp filter that refuses clone3, as
# container engines have one.
with_filter() {
	perl -e '
		use strict;
		my ($errno, @command) = @ARGV;
		# ld nr; jeq clone3: ret ERRNO|errno; ret ALLOW
		my $code = pack("(S C C L)*", 0x20, 0, 0, 0,
			0x15, 0, 1, 435, 0x06, 0, 0, 0x50000 | $errno,
			0x06, 0, 0, 0x7fff0000);
		my $prog = pack("S x![P] P", 4, $code);
		my $prctl = `uname -m` =~ /^x86_64/ ? 157 : 167;
		syscall($prctl, 38, 1, 0, 0, 0) == 0 or die "nnp: $!";
		syscall($prctl, 22, 2, $prog, 0, 0) == 0 or die "filter: $!";
		exec @command or die;' "$@"
}

@test "a container's filter forbids namespaces" {
	local errno

	for errno in 1 38; do
		status=0
		with_filter "$errno" "$SANDBOX" ./probe write ran x \
			>"$T/out" 2>"$T/err" || status=$?
		without_asan
		output=$(<"$T/out") stderr=$(<"$T/err")
		status_is 125
		complains 'namespace' 'seccomp filter' 'container'
		[ ! -e ran ]
	done
}

@test "a kernel that is too old" {
	setarch "$(uname -m)" --uname-2.6 true ||
		skip 'setarch does not run here'
	anything setarch "$(uname -m)" --uname-2.6 \
		"$SANDBOX" ./probe write ran x
	status_is 125
	complains 'kernel' '2.6' '5.12'
	[ ! -e ran ]
}

@test "mount points cannot be made in a read-only bind, with the hint" {
	mkdir -p "$T/tree"
	fails 125 "'/mnt/new'" 'Read-only file system' '--tmpfs' -- \
		--ro-bind "$T/tree" /mnt --tmpfs /mnt/new
	[ -z "$(ls -A "$T/tree")" ]
	mkdir "$T/tree/new"
	does_run --ro-bind "$T/tree" /mnt --tmpfs /mnt/new
}

@test "a hint of a profile is shown when the command failed" {
	printf 'include default\nhint "ask the help desk"\n' >my.profile
	sandbox --profile ./my.profile ./probe exit 3
	status_is 3
	complains 'ask the help desk'
	works --profile ./my.profile ./probe exit 0
	sandbox --hint one --hint two ./probe exit 3
	[ "$stderr" = $'sandbox: one\nsandbox: two' ]
}

@test "a descriptor to keep that is not open" {
	fails 125 '--keep-fd 77' 'not open' -- --keep-fd 77
}

@test "output that cannot be written is an error" {
	local option

	for option in --help --version --print-profile '--list profiles' \
		'--dry-run true'; do
		status=0
		# shellcheck disable=SC2086 # words
		"$SANDBOX" $option >/dev/full 2>"$T/err" || status=$?
		stderr=$(<"$T/err")
		status_is 125
		complains 'write to standard output' 'No space left'
	done
}

@test "a good run says nothing" {
	works true
	says ''
	works --profile gcc true
	works --profile shell true
	works --ro /usr --rw "$PROJECT" --hide /etc/passwd --net host true
}
