#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016
# The default policy: what a command sees, and what it cannot reach.
load helper

# --- the tree ----------------------------------------------------------------

@test "the root has nothing but what the policy names" {
	local name

	works ./probe list /
	has usr etc proc dev tmp
	while read -r name; do
		case $name in
		usr | bin | sbin | lib* | etc | opt | proc | dev | tmp | var | \
			run | sys) ;;
		*) show "'/$name' is visible" ;;
		esac
	done <<<"$output"
	works ./probe list /var
	says tmp
}

@test "no file of the host outside the visible set is there" {
	local path

	for path in /root /home /boot /srv /mnt /media /var/log /var/lib \
		/lost+found /var/run "$T/outside" "$HOME/plain" \
		"$HOME/.secret"; do
		works ./probe stat "$path"
		says ENOENT
	done
	[ "$("$PROBE" open "$HOME/.secret" r)" = ok ]
}

@test "the system is read-only, also for its owner" {
	local path

	for path in /usr /usr/bin /etc /bin /lib; do
		works ./probe mkdir "$path/new"
		says EROFS
	done
	works ./probe mkdir /new
	says EROFS
	works ./probe mkdir /run/new
	says EROFS
	works ./probe open /etc/passwd r
	says ok
	works ./probe remount /usr
	says EPERM
	works ./probe umount /usr
	says EPERM
}

@test "/tmp, /var/tmp and /dev/shm are private" {
	local dir name

	for dir in /tmp /var/tmp /dev/shm; do
		name=$(mktemp "$dir/sandbox-cli.XXXXXX")
		works ./probe stat "$name"
		says ENOENT
		rm "$name"
		works ./probe write "$dir/new-file-of-sandbox" x
		says ok
		[ ! -e "$dir/new-file-of-sandbox" ]
		works ./probe stat "$dir"
		matches '^dir 1777 '
		works ./probe mounts
		matches "^$dir tmpfs rw,nosuid,nodev"
	done
}

@test "the private places have a size" {
	local dir

	works df --output=target,size -B1M /tmp /var/tmp /dev/shm /dev "$HOME"
	for dir in /tmp /var/tmp /dev/shm "$HOME"; do
		matches "^$dir +1024\$"
	done
	matches '^/dev +64$'
}

@test "/proc is new, and its dangerous parts read-only" {
	works ./probe mounts
	matches '^/proc proc rw,nosuid,nodev,noexec'
	works --map-root ./probe mounts
	matches '^/proc/sys proc ro,nosuid,nodev,noexec'
	works --map-root ./probe open /proc/sys/net/ipv4/ip_forward w
	matches '^(EROFS|EACCES)$'
	works ./probe open /proc/sys/net/ipv4/ip_forward w
	matches '^(EROFS|EACCES)$'
	works ./probe pids
	has 1
	has_not $$
	works ./probe open /proc/sys/kernel/core_pattern w
	matches '^(EROFS|EACCES)$'
	works ./probe open /proc/sys/kernel/core_pattern r
	says ok
	works --map-root ./probe remount /proc/sys
	says EPERM
	works --map-root ./probe umount /proc/sys
	says EPERM
	works ./probe open /proc/sysrq-trigger w
	matches '^(EROFS|EACCES|ENOENT)$'
	works ./probe open /proc/self/comm w
	says ok
}

@test "/dev has what programs need and nothing else" {
	local name

	works ./probe list /dev
	has full null ptmx pts random shm stderr stdin stdout tty urandom zero fd
	while read -r name; do
		case $name in
		full | null | ptmx | pts | random | shm | stderr | stdin | \
			stdout | tty | urandom | zero | fd | core | console) ;;
		*) show "'/dev/$name' is there" ;;
		esac
	done <<<"$output"
	for name in null zero full urandom random ptmx; do
		works ./probe open "/dev/$name" rw
		says ok
	done
	works ./probe stat /dev/null
	matches '^char .* 1:3$'
	works ./probe readlink /dev/stdin
	says /proc/self/fd/0
	works sh -c 'echo x >/dev/stdout'
	says x
	works ./probe list /dev/pts
	says ptmx
}

@test "a terminal can be made inside" {
	works script -qec 'tty && stty size' /dev/null </dev/null
	matches '^/dev/pts/0'
}

@test "of /sys only the processors are there" {
	works find /sys -maxdepth 3 -mindepth 1
	says '/sys/devices
/sys/devices/system
/sys/devices/system/cpu'
	[ -e /sys/devices/system/cpu/online ] || return 0
	works ./probe open /sys/devices/system/cpu/online r
	says ok
	works ./probe open /sys/devices/system/cpu/online w
	matches '^(EROFS|EACCES)$'
	[ "$(nproc)" = "$("$SANDBOX" nproc)" ]
}

@test "/run is empty but for name lookup, and closed" {
	works find /run -mindepth 1 -maxdepth 3
	! grep -qvE '^/run/systemd(/resolve(/(stub-)?resolv.conf)?)?$' \
		<<<"${output:-/run/systemd}" || show 'more than that'
}

@test "accounts and groups can be looked up" {
	[ "$("$SANDBOX" getent passwd root)" = "$(getent passwd root)" ]
	works id
	[ "$output" = "$(id)" ] || [ "$(id -u)" = "$("$SANDBOX" id -u)" ]
}

# --- the working directory ---------------------------------------------------

@test "a directory of the user's is writable at its own path" {
	works ./probe cwd
	says "$PROJECT"
	works ./probe write new x
	says ok
	[ "$(cat new)" = x ]
	works ./probe stat new
	matches "^file 0644 $(id -u) $(id -g) 1\$"
	works rm new
	[ ! -e new ]
}

@test "a directory of the user's outside home and /tmp is writable" {
	run private_host '
		mkdir -p /srv/mine/other
		cp probe /srv/mine
		echo x >/srv/outside
		cd /srv/mine
		"$SANDBOX" ./probe write new x
		cat new; echo
		"$SANDBOX" ./probe stat /srv/outside
		"$SANDBOX" ./probe list /srv'
	[ "$output" = $'ok\nx\nENOENT\nmine' ]
}

@test "a directory of somebody else's is read-only" {
	# Root is somebody else to everybody, and nobody to root.
	! is_root || return 0
	cd /var/lib
	works --ro-bind "$PROBE" /probe /probe mounts
	matches '^/var/lib [^ ]+ ro,nosuid,nodev'
	works --ro-bind "$PROBE" /probe /probe cwd
	says /var/lib
}

@test "the home is read-only and shows no dot file" {
	mkdir "$HOME/dir" "$HOME/.dir"
	ln -s plain "$HOME/link"
	ln -s nothing "$HOME/dangling"
	cp "$PROBE" "$HOME"
	cd "$HOME"
	works ./probe list "$HOME"
	says 'dangling
dir
link
plain
probe
project'
	works cat plain link
	says $'plain\nplain'
	works ./probe open .secret r
	says ENOENT
	works ./probe write new x
	says EROFS
	works ./probe write dir/new x
	says EROFS
	works ./probe write .new x
	says EROFS
	works ./probe open plain w
	says EROFS
	[ ! -e new ]
	[ ! -e dir/new ]
}

@test "a dot file made while it runs does not show in the home" {
	cp "$PROBE" "$HOME"
	cd "$HOME"
	"$SANDBOX" --rw "$PROJECT" sh -c '
		until [ -e project/go ]; do sleep 0.05; done
		./probe list . >project/list' &
	ends_with_test $!
	echo new >.new
	: >project/go
	within 20 grep -q project project/list
	not grep -q '^\.' project/list
}

@test "a subdirectory of the home shows nothing else of the home" {
	works ./probe list "$HOME"
	says project
	works ./probe write "$HOME/new" x
	says ok
	[ ! -e "$HOME/new" ]
	works ./probe open "$HOME/.secret" r
	says ENOENT
}

@test "a hidden directory as working directory is one like others" {
	mkdir -p "$HOME/.cache/build"
	cp probe "$HOME/.cache/build"
	echo x >"$HOME/.cache/other"
	cd "$HOME/.cache/build"
	works ./probe write new x
	says ok
	works ./probe stat "$HOME/.cache/other"
	says ENOENT
}

@test "an ancestor of the home shows nothing but the way to it" {
	cd "$T"
	works --ro-bind "$PROBE" /probe /probe list "$T"
	says home
	works --ro-bind "$PROBE" /probe /probe cwd
	says "$T"
	works --ro-bind "$PROBE" /probe /probe list "$HOME"
	says ''
}

@test "the root as working directory" {
	cd /
	works --ro-bind "$PROBE" /probe /probe cwd
	says /
	works --ro-bind "$PROBE" /probe /probe stat "$T/outside"
	says ENOENT
	works --ro-bind "$PROBE" /probe /probe write /new x
	says EROFS
}

@test "a directory that is visible read-only stays so" {
	local dir

	for dir in /usr /usr/bin /etc; do
		cd "$dir"
		works --ro-bind "$PROBE" /probe /probe cwd
		says "$dir"
		works --ro-bind "$PROBE" /probe /probe mkdir new
		says EROFS
	done
}

@test "a directory under /var/tmp and /dev/shm is bound over the private one" {
	local base dir

	for base in /var/tmp /dev/shm; do
		dir=$(mktemp -d "$base/sandbox-cli.XXXXXX")
		cp probe "$dir"
		cd "$dir"
		sandbox ./probe write new x
		cd "$PROJECT"
		[ -e "$dir/new" ] || status=99
		rm -r "$dir"
		status_is 0
		quiet
		says ok
	done
}

@test "/tmp itself as working directory is the private one" {
	cd /tmp
	works --ro-bind "$PROBE" /probe /probe cwd
	says /tmp
	works --ro-bind "$PROBE" /probe /probe list /tmp
	says "$(cut -d/ -f3 <<<"$HOME")"
}

@test "in /proc, /sys, /dev and /run the private one wins" {
	local dir

	cd /proc
	works --ro-bind "$PROBE" /probe /probe pids
	has_not $$
	cd /dev
	works --ro-bind "$PROBE" /probe /probe list /dev/pts
	says ptmx
	cd /run
	works --ro-bind "$PROBE" /probe /probe cwd
	says /run
	works --ro-bind "$PROBE" /probe /probe mkdir /run/sandbox-cli-new
	rmdir /run/sandbox-cli-new 2>/dev/null || :
	says EROFS
	cd /sys
	works --ro-bind "$PROBE" /probe /probe list /sys
	says devices
	cd /sys/kernel
	sandbox --ro-bind "$PROBE" /probe /probe cwd
	status_is 125
	complains "'/sys/kernel' is not visible"
}

@test "a directory in /run is not shown" {
	run private_host '
		mount -t tmpfs -o mode=755 tmpfs /run
		mkdir /run/mine
		cp probe /run/mine
		cd /run/mine
		"$SANDBOX" ./probe cwd 2>/dev/null; echo $?
		"$SANDBOX" --workdir rw ./probe cwd; echo $?'
	[ "$output" = $'125\n/run/mine\n0' ]
}

@test "a working directory reached by a symlink has name and target" {
	ln -s project "$HOME/link"
	cd "$HOME/link"
	[ "$PWD" = "$HOME/link" ]
	works sh -c 'pwd; pwd -P; echo "$PWD"'
	says "$HOME/link
$PROJECT
$HOME/link"
	works ./probe write "$HOME/link/new" x
	says ok
	[ -e "$PROJECT/new" ]
}

@test "a PWD that is not the working directory is not believed" {
	PWD=/etc works ./probe cwd
	says "$PROJECT"
	PWD="$HOME/../home/project" works sh -c 'echo "$PWD"'
	says "$PROJECT"
}

@test "a working directory with odd characters" {
	mkdir "od d
'\"\$x"
	cp probe od*/
	cd od*/
	works ./probe write new x
	says ok
	[ -e new ]
}

@test "--workdir ro, rw and none" {
	works --workdir ro ./probe write new x
	says EROFS
	works --workdir rw ./probe write new x
	says ok
	works --workdir none --chdir / stat -c %F /
	works --workdir none --ro-bind "$PROBE" /probe /probe stat "$PROJECT/probe"
	says ENOENT
	cp "$PROBE" "$HOME"
	cd "$HOME"
	works --workdir rw ./probe write new x
	says ok
	works --workdir rw ./probe open .secret r
	says ok
	cd /
	fails 125 "the working directory is '/'" '--rw /' -- --workdir rw
}

@test "what a profile says of the working directory is not about the home" {
	local profile

	cp "$PROBE" "$HOME"
	mkdir -p "$HOME/sub"
	cd "$HOME"
	works --workdir ro ./probe open .secret r
	says ENOENT
	for profile in grader convert; do
		works --profile "$profile" ./probe open .secret r
		says ENOENT
		works --profile "$profile" ./probe open plain r
		says ok
	done
	for profile in agent ci; do
		fails 125 'the working directory is your home' 'subdirectory' -- \
			--profile "$profile" ./probe open .secret r
		(cd sub && works --profile "$profile" true)
	done
	works --profile agent --workdir rw ./probe write new x
	says ok
	works --profile ci --cow ~ ./probe open .secret r
	says ok
}

@test "what a profile names in the working directory does not lead out of it" {
	mkdir "$HOME/private"
	ln -s ../private out
	fails 125 "'$PROJECT/out' leads out of the working directory" symlink -- \
		--profile convert ./probe write "$HOME/private/new" x
	# One that is there may lead about in it; the command line may lead out.
	rm out
	mkdir real
	ln -s real out
	works --profile convert ./probe write out/new x
	says ok
	[ -s real/new ]
	ln -s ../private other
	works --rw other ./probe write other/new x
	says ok
}

@test "a directory that was swapped for a symlink is not followed" {
	# What compile looked at is what is bound, or nothing: no race to win.
	mkdir "$T/a" "$T/b"
	echo secret >"$T/b/file"
	ln -s "$T/b" "$T/swap"
	works --ro "$T/a" ./probe stat "$T/b"
	says ENOENT
}

# --- the home ----------------------------------------------------------------

@test "the home is private, writable and gone afterwards" {
	works sh -c 'echo x >~/.new && cat ~/.new && ls -A ~'
	says $'x\n.new\nproject'
	[ ! -e "$HOME/.new" ]
	works ./probe stat "$HOME"
	matches "^dir 0700 $(id -u) "
}

@test "a home that is unset, relative, the root or the system's" {
	local value

	for value in '' home ./home / // /usr /usr/lib/x /etc /proc /bin; do
		HOME=$value sandbox ./probe env
		status_is 0
		quiet
		has HOME=/tmp/home
		HOME=$value works sh -c 'echo x >~/file && cat /tmp/home/file'
		says x
	done
	status=0
	output=$(env -u HOME "$SANDBOX" ./probe env)
	has HOME=/tmp/home
}

@test "a home with .. is followed, and named without" {
	HOME=$HOME/project/../../home works ./probe env
	has "HOME=$T/home"
	HOME=$HOME/none/../../etc works ./probe env
	has HOME=/tmp/home
}

@test "a home that does not exist is made, inside only" {
	HOME=$T/no/such works sh -c 'cd; pwd; echo x >file'
	says "$T/no/such"
	[ ! -e "$T/no" ]
}

@test "a home reached by a symlink has name and target" {
	ln -s home "$T/link"
	HOME=$T/link works sh -c 'echo $HOME; echo x >~/f; cat '"$T/home/f"
	says "$T/link
x"
}

@test "a home that is an ancestor of visible things is private all the same" {
	HOME=$T works ./probe list "$T"
	says home
	HOME=$T works ./probe stat "$T/outside"
	says ENOENT
	HOME=/var works ./probe env
	matches '^HOME='
	HOME=/var works ./probe stat /var/lib
	says ENOENT
}

@test "--home ro and rw show the real one" {
	works --home ro cat "$HOME/.secret"
	says secret
	works --home ro ./probe write "$HOME/new" x
	says EROFS
	# The working directory is visible read-only then, and stays so.
	works --home ro ./probe write new x
	says EROFS
	works --home ro --rw "$PROJECT" ./probe write new x
	says ok
	works --home rw ./probe write "$HOME/new" x
	says ok
	[ -e "$HOME/new" ]
	HOME='' fails 125 'HOME' '--home private' -- --home ro
}

@test "--home-dir is a private home that is kept" {
	mkdir "$T/kept"
	works --home-dir "$T/kept" sh -c 'echo x >~/.file; echo $HOME'
	says "$HOME"
	[ "$(cat "$T/kept/.file")" = x ]
	works --home-dir "$T/kept" ./probe stat "$HOME/.secret"
	says ENOENT
	works --home-dir "$T/kept" cat "$HOME/.file"
	says x
	fails 125 "'$T/none' does not exist" 'mkdir' -- --home-dir "$T/none"
	fails 125 'not a directory' -- --home-dir "$T/outside"
}

# --- environment, descriptors, ids -------------------------------------------

@test "of the environment only the allow-list is passed" {
	local name

	run env -i PATH="$PATH" HOME="$HOME" USER=u LOGNAME=l SHELL=/bin/sh \
		LANG=C LANGUAGE=en LC_ALL=C LC_TIME=C TERM=xterm COLORTERM=t \
		TZ=UTC COLUMNS=80 LINES=24 NO_COLOR=1 PWD="$PROJECT" \
		SOURCE_DATE_EPOCH=0 \
		TOKEN=secret SSH_AUTH_SOCK=/x DISPLAY=:0 LD_DEBUG_OUTPUT=x \
		LD_LIBRARY_PATH=/x BASH_ENV=/x DBUS_SESSION_BUS_ADDRESS=x \
		XDG_RUNTIME_DIR=/run/user/1 LCX=1 OLDPWD=/x MAIL=/x \
		"$SANDBOX" ./probe env
	[ "$status" = 0 ]
	for name in COLORTERM COLUMNS HOME LANG LANGUAGE LC_ALL LC_TIME LINES \
		LOGNAME NO_COLOR PATH PWD SHELL SOURCE_DATE_EPOCH TERM TZ USER; do
		matches "^$name="
	done
	[ "$(wc -l <<<"$output")" = 17 ]
}

@test "setenv, unsetenv, clearenv and keepenv in their order" {
	export TOKEN=secret LC_TIME=C OTHER=1
	works --keepenv TOKEN ./probe env
	has TOKEN=secret
	works --keepenv 'TOK*' --keepenv OTHER ./probe env
	has TOKEN=secret OTHER=1
	works --setenv A 'x=y z' --setenv A b --unsetenv LC_TIME ./probe env
	has A=b
	has_not LC_TIME=C
	works --setenv A b --clearenv ./probe env
	says "PWD=$PROJECT"
	works --clearenv --setenv HOME /x --keepenv LC_TIME ./probe env
	has HOME=/x LC_TIME=C
	works --profile none --bind / / ./probe env
	has TOKEN=secret
}

@test "PATH decides where the command is looked for" {
	mkdir bin
	cp probe bin/mine
	anything env PATH="$PROJECT/bin" "$SANDBOX" mine exit 0
	status_is 0
	works --setenv PATH "$PROJECT/bin" mine exit 0
	anything env PATH=bin "$SANDBOX" mine exit 0
	status_is 0
	works --setenv PATH '' ./probe exit 0
	env -u PATH "$SANDBOX" true
}

@test "only descriptors 0, 1 and 2 are passed" {
	exec 7</etc/passwd 8>"$T/eight" 250</dev/null
	works ./probe fds </dev/null
	says $'0 null\n1 file\n2 file'
	works --profile gcc ./probe fds </dev/null
	says $'0 null\n1 file\n2 file'
	works --as-pid-1 ./probe fds </dev/null
	says $'0 null\n1 file\n2 file'
	works --profile none --bind / / ./probe fds </dev/null
	says $'0 null\n1 file\n2 file'
}

@test "no capability is left, and none can be had" {
	works ./probe caps
	has 'CapInh 0000000000000000' 'CapPrm 0000000000000000' \
		'CapEff 0000000000000000' 'CapBnd 0000000000000000' \
		'CapAmb 0000000000000000' 'NoNewPrivs 1' 'Dumpable 1'
	works ./probe status CapBnd NoNewPrivs
	has 'CapBnd 0000000000000000' 'NoNewPrivs 1'
	works ./probe mount
	says EPERM
	works ./probe setuid 1
	matches '^(EPERM|EINVAL)$'
}

@test "the securebits are locked" {
	local bits

	works ./probe caps
	bits=$(sed -n 's/^Securebits //p' <<<"$output")
	# noroot, no_setuid_fixup, no_cap_ambient_raise on, keep_caps off; each
	# with its lock.
	[ $((bits & 0xef)) = $((0xef)) ]
	[ $((bits & 0x10)) = 0 ]
}

@test "the same holds without a PID 1 of ours and with every profile" {
	local args

	for args in --as-pid-1 '--profile gcc' '--profile shell' --map-root \
		'--net host' '--profile none --bind / /' \
		'--share-pid --memory unlimited --pids unlimited' \
		'--uid 5 --gid 6'; do
		# shellcheck disable=SC2086 # words
		works $args ./probe caps
		has 'CapInh 0000000000000000' 'CapPrm 0000000000000000' \
			'CapEff 0000000000000000' 'CapBnd 0000000000000000' \
			'CapAmb 0000000000000000' 'NoNewPrivs 1'
	done
}

@test "all namespaces are new" {
	local kind

	works ./probe namespaces
	"$PROBE" namespaces >"$T/host"
	for kind in cgroup ipc mnt net pid user uts; do
		grep -q "^$kind " "$T/host"
		matches "^$kind $kind:"
		! grep -qxF "$(grep "^$kind " "$T/host")" <<<"$output" ||
			show "$kind is the host's"
	done
}

@test "share and net take namespaces back" {
	local pair

	"$PROBE" namespaces >"$T/host"
	for pair in --share-net:net --share-ipc:ipc --share-uts:uts \
		--share-cgroup:cgroup --share-pid:pid; do
		works "${pair%:*}" --memory unlimited --pids unlimited \
			./probe namespaces
		has "$(grep "^${pair#*:} " "$T/host")"
	done
	works --net host ./probe namespaces
	has "$(grep '^net ' "$T/host")"
	works --net host --net none ./probe namespaces
	has_not "$(grep '^net ' "$T/host")"
}

@test "the ids are the user's own" {
	works ./probe ids
	has "uid $(id -u)" "euid $(id -u)" "gid $(id -g)" "egid $(id -g)"
}

# --- the network -------------------------------------------------------------

# listen: sockets of this host; sets $port and $abstract.
listen() {
	abstract=sandbox-cli-$$-$RANDOM
	/usr/bin/python3 -c '
import socket, sys, time
tcp = socket.create_server(("127.0.0.1", 0))
local = socket.socket(socket.AF_UNIX)
local.bind("\0" + sys.argv[1])
local.listen()
print(tcp.getsockname()[1], flush=True)
time.sleep(60)
' "$abstract" >"$T/port" 3>&- &
	ends_with_test $!
	within 20 test -s "$T/port"
	port=$(cat "$T/port")
}

@test "loopback answers" {
	works ./probe loopback
	has '127.0.0.1 ok'
	if [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6; then
		has '::1 ok'
	fi
}

@test "nothing listens on the host's loopback as seen from inside" {
	listen
	[ "$("$PROBE" connect 127.0.0.1 "$port")" = ok ]
	works ./probe connect 127.0.0.1 "$port"
	says ECONNREFUSED
	works --net host ./probe connect 127.0.0.1 "$port"
	says ok
}

@test "abstract sockets of the host are out of reach" {
	listen
	[ "$("$PROBE" abstract "$abstract")" = ok ]
	works ./probe abstract "$abstract"
	says ECONNREFUSED
}

@test "no address of the outside can be reached" {
	works ./probe connect 192.0.2.1 80
	says ENETUNREACH
	works ./probe connect 2001:db8::1 80
	matches '^(ENETUNREACH|EAFNOSUPPORT|EADDRNOTAVAIL)$'
}

@test "the only interface is the loopback" {
	works cat /proc/net/dev
	[ "$(grep -c : <<<"$output")" = "$(grep -c ' lo:' <<<"$output")" ] ||
		# Kernels with tunnel modules show fallback devices, all down.
		! grep -vE '^ *(lo|tunl0|sit0|ip6tnl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|ip6gre0|teql0):' \
			<<<"$(grep : <<<"$output")"
}
