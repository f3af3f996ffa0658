#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031,SC2088
# --cow and --changes: writing without changing.
load helper

# All about $1, a directory: to be the same before and after.
picture() {
	(cd "$1" && find . -printf '%p %y %m %s %T@ %C@ %l\n' -type f \
		-exec md5sum {} + | sort)
}

files() {
	mkdir -p sub/deep
	echo one >one
	echo two >sub/two
	ln -s one link
	picture . >"$T/before"
}

as_it_was() {
	picture . >"$T/after"
	cmp "$T/before" "$T/after" || show 'something changed outside'
}

teardown() {
	end_background
	chmod -R u+rwx "$T" 2>/dev/null || true
}

@test "what is written inside is seen there, and changes nothing outside" {
	files
	works --cow . sh -c '
		echo more >>one; rm -r sub; mkdir sub; echo new >sub/new
		chmod 600 link; mv one other; ln -s x y; cat other; ls sub'
	says $'one\nmore\nnew'
	as_it_was
	works --cow . cat one
	says one
}

@test "the layer in memory is limited" {
	files
	sandbox --cow . --tmp-size 1M dd if=/dev/zero of=big bs=1M count=4
	status_is 1
	[[ $stderr = *'No space left on device'* ]] || show 'another error'
	as_it_was
}

@test "a symlink to the directory is there too" {
	files
	ln -s "$PROJECT/sub" "$T/way"
	works --cow "$T/way" sh -c "echo x >$T/way/two; cat sub/two"
	says x
	[ "$(cat sub/two)" = two ]
}

@test "what others own can be read, not changed" {
	[ "$(id -u)" != 0 ] || skip 'root owns /etc'
	sandbox --cow /etc sh -c 'test -s /etc/passwd || exit 9
		echo x >>/etc/passwd; touch /etc/new; rm -f /etc/passwd; true'
	status_is 0
	[ "$(grep -c 'Permission denied' "$T/err")" = 3 ] || show 'not EACCES'
}

@test "--cow / covers all, but what is private stays private" {
	files
	works --cow / sh -c 'echo x >one; echo y >~/.secret; cat one ~/.secret
		ls /tmp | head -n 1; ls /run; echo >/dev/null; ls /proc/1/cmdline
		touch /dev/shm/x'
	as_it_was
	[ "$(cat ~/.secret)" = secret ]
	[[ $output = x$'\n'y$'\n'* ]] || show 'not written'
	works --hide ~/.secret --cow / sh -c '! cat ~/.secret 2>/dev/null'
}

@test "a writable directory that was named before is covered, one after is not" {
	files
	mkdir "$T/a" "$T/b"
	works --rw "$T/a" --cow / --rw "$T/b" sh -c "touch $T/a/x $T/b/x"
	[ ! -e "$T/a/x" ] && [ -e "$T/b/x" ]
}

@test "only directories can be covered, and what is there" {
	files
	fails 125 "argument 1: '$PROJECT/one' is not a directory; give the directory it is in" -- --cow one
	fails 125 "show '$PROJECT/nothing': No such file or directory" -- --cow nothing
	fails 125 'type proc, which overlayfs does not take' -- --cow /proc/self
}

@test "mounts below are covered one by one" {
	[ "$(id -u)" = 0 ] || skip 'only root can mount'
	files
	mkdir -p far/deep near
	unshare -m sh -c "
		mount -t tmpfs x far && mkdir far/dir && echo f >far/file &&
		mkdir far/deep && mount -t tmpfs x far/deep && echo d >far/deep/file &&
		timeout 20 $SANDBOX --cow . sh -c '
			echo x >far/deep/file; cat far/deep/file; echo y >far/dir/new
			echo z >sub/two; cat sub/two far/file far/dir/new
			echo no >one; echo no >far/file; true' 2>err
		cat far/deep/file far/file; ls far/dir" >out
	[ "$(cat out)" = $'x\nz\nf\ny\nd\nf' ] || { cat out err; return 1; }
	grep -q 'Read-only file system' err
	[ "$(cat sub/two)" = two ]
}

@test "--changes keeps what was written" {
	files
	works --cow . --changes "$T/layer" sh -c 'echo more >>one; rm link
		rm -r sub; mkdir sub; echo n >sub/n'
	as_it_was
	works --cow . --changes "$T/layer" sh -c 'cat one; ls . sub; echo 2 >two'
	[[ $output = $'one\nmore\n'* ]] && [[ $output != *link* ]] &&
		[[ $output = *$'sub:\nn' ]] || show 'not as it was left'
	works --cow . --changes "$T/layer" cat two
	says 2
	as_it_was
	[ "$(stat -c %a "$T/layer")" = 700 ]
	works --cow . cat one
	says one
}

@test "the layer is in use by one sandbox at a time" {
	files
	"$SANDBOX" --cow . --changes "$T/layer" sleep 60 &
	ends_with_test $!
	for _ in {1..100}; do
		[ ! -e "$T/layer/0/work/work" ] || break
		sleep .05
	done
	fails 125 "stage layer: '$T/layer' is in use by another sandbox; wait for its end, or give another directory" -- --cow . --changes "$T/layer"
	kill $!
	wait $! || true
	works --cow . --changes "$T/layer" true
}

@test "a sandbox that never ran leaves no layer" {
	files
	sandbox --cow . --changes "$T/layer" no-such-command
	status_is 127 || return 1
	[ ! -e "$T/layer" ]
	mkdir "$T/empty"
	fails 125 '' -- --cow . --changes "$T/empty" --chdir /nowhere
	[ -z "$(ls -A "$T/empty")" ]
	works --cow . --changes "$T/layer" touch x
	sandbox --cow . --changes "$T/layer" no-such-command
	status_is 127 || return 1
	[ -e "$T/layer/0/upper/x" ]
}

@test "--changes takes nothing that is no layer" {
	files
	mkdir "$T/full" && touch "$T/full/file"
	fails 125 "'$T/full' is not empty and no layer: 'file' is in it" -- --cow . --changes "$T/full"
	touch "$T/file"
	fails 125 "'$T/file' is not a directory" -- --cow . --changes "$T/file"
	fails 125 'make it first with mkdir -p' -- --cow . --changes "$T/no/where"
	fails 125 "'$PROJECT/sub' is in '$PROJECT', the changes of which it is to keep" -- --cow . --changes sub
	fails 125 "the command could write to '$T/layer' itself" -- --rw "$T" --cow . --changes "$T/layer"
	fails 125 '--changes needs --cow, --rootfs or --layer' -- --changes "$T/layer"
	[ ! -e "$T/layer" ]
	as_it_was
}

@test "a layer that lies is found out" {
	files
	works --cow . --changes "$T/layer" touch x
	mv "$T/layer/0" "$T/away"
	ln -s "$T/away" "$T/layer/0"
	fails 125 'stage layer' -- --cow . --changes "$T/layer"
	rm "$T/layer/0"
	mkdir "$T/layer/0"
	ln -s "$PROJECT" "$T/layer/0/upper"
	sandbox --cow . --changes "$T/layer" touch y
	status_is 125
	[ ! -e y ]
	for text in '' garbage 'sandbox layer 1' \
		$'sandbox layer 1\ncreated 1.000000000\nplace 0 1 1 /..' \
		$'sandbox layer 1\ncreated 1.000000000\nplace 5 1 1 /tmp'; do
		printf '%s\n' "$text" >"$T/layer/layer"
		fails 125 '' -- --cow . --changes "$T/layer"
	done
	rm "$T/layer/layer"
	mkfifo "$T/layer/layer"
	fails 125 '' -- --cow . --changes "$T/layer"
	rm "$T/layer/layer"
	ln -s /etc/passwd "$T/layer/layer"
	fails 125 '' -- --cow . --changes "$T/layer"
}

@test "a place that was replaced is not mixed up" {
	files
	works --cow sub --changes "$T/layer" touch sub/x
	mv sub old && mkdir sub
	fails 125 "'$PROJECT/sub' is another directory than that which '$T/layer' has changes of" -- --cow sub --changes "$T/layer"
	works --cow old --changes "$T/other" touch old/x
	fails 125 "has changes of '$PROJECT/old', and now '$PROJECT/old/deep' is to be covered" -- --cow old/deep --changes "$T/other"
	works --cow . --changes "$T/other" ls old/x
}

@test "odd names of places" {
	odd="$PROJECT/a b,c:d\\e"$'\n'"f"
	mkdir "$odd" "$T/lay,er:x"
	echo 1 >"$odd/f"
	works --cow "$odd" --changes "$T/lay,er:x" sh -c 'echo 2 >"$1/f"' sh "$odd"
	works --cow "$odd" --changes "$T/lay,er:x" cat "$odd/f"
	says 2
	[ "$(cat "$odd/f")" = 1 ]
}

# Who could talk to others through it would change something outside.
@test "sockets and FIFOs in it are not those outside" {
	files
	mkfifo fifo
	python3 -c '
import os, socket, time
s = socket.socket(socket.AF_UNIX)
s.bind("socket")
s.listen()
f = os.open("fifo", os.O_RDWR | os.O_NONBLOCK)
print(flush=True)
time.sleep(60)' >"$T/ready" &
	ends_with_test $!
	within 10 test -s "$T/ready"
	cat >"$T/talk" <<-'END'
		import errno, os, socket, sys
		s = socket.socket(socket.AF_UNIX)
		print(errno.errorcode.get(s.connect_ex("socket"), "connected"))
		try:
		    os.open("fifo", os.O_WRONLY | os.O_NONBLOCK)
		    print("open")
		except OSError as e:
		    print(errno.errorcode[e.errno])
	END
	anything python3 "$T/talk"
	says $'connected\nopen'
	for way in '--cow .' '--cow /' '--profile none --cow /'; do
		# shellcheck disable=SC2086 # words on purpose
		sandbox $way --ro "$T/talk" --hide sub python3 "$T/talk"
		status_is 0 || return 1
		says $'ECONNREFUSED\nENXIO' || return 1
	done
}

@test "beside a mount point they are covered" {
	[ "$(id -u)" = 0 ] || skip 'only root can mount'
	mkdir far
	python3 -c '
import os, socket, time
s = socket.socket(socket.AF_UNIX)
s.bind("socket")
s.listen()
os.mkfifo("fifo")
f = os.open("fifo", os.O_RDWR | os.O_NONBLOCK)
print(flush=True)
time.sleep(60)' >"$T/ready" &
	ends_with_test $!
	within 10 test -s "$T/ready"
	anything unshare -m sh -c "mount -t tmpfs x far && $SANDBOX --cow . sh -c '
		test -S socket || test -p fifo || echo covered; test -d far'"
	status_is 0
	says covered
}

@test "all of the host, kept, told, applied and discarded" {
	files
	works --cow / --changes "$T/layer" sh -c 'echo more >>one; mkdir new
		rm sub/two; echo x >~/.new'
	as_it_was
	works --diff "$T/layer"
	says "A $HOME/.new (mode 644, size 2)
A $PROJECT/new/ (directory, mode 755)
M $PROJECT/one (size 4 -> 9)
D $PROJECT/sub/two"
	works --apply "$T/layer"
	says ''
	[ "$(cat one ~/.new)" = $'one\nmore\nx' ] && [ -d new ] &&
		[ ! -e sub/two ]
	works --diff "$T/layer"
	says ''
	works --cow / --changes "$T/layer" sh -c 'echo again >>one'
	works --discard "$T/layer"
	[ ! -e "$T/layer" ] && [ "$(cat one)" = $'one\nmore' ]
}

@test "the layer has the mode of what it is over" {
	files
	mkdir -m 750 "$T/other"
	works --rw "$HOME" --cow "$T/other" --changes "$T/layer" \
		touch "$T/other/new"
	[ "$(stat -c %a "$T/layer/0/upper")" = 750 ]
	works --apply "$T/layer"
	[ "$(stat -c %a "$T/other")" = 750 ] && [ -e "$T/other/new" ]
}

@test "what masked a file, or hid it from root, goes on to do so" {
	: >"$T/nothing"
	works --ro-bind "$T/nothing" ~/.secret --cow ~ cat ~/.secret
	says ''
	works --ro-bind "$T/nothing" ~/.secret --cow / cat ~/.secret
	says ''
	sandbox --cow /etc cat /etc/shadow
	status_is 1
	sandbox --cow / cat /etc/shadow
	status_is 1
}

@test "by another name it cannot be changed either" {
	files
	mkdir a b
	for way in "--bind $PROJECT/a $PROJECT/b --cow ." \
		"--bind $PROJECT/a /mnt --cow /" "--home-dir $PROJECT/a --cow /"; do
		# shellcheck disable=SC2086 # words on purpose
		sandbox $way sh -c 'echo x >b/f; echo x >/mnt/f; echo x >~/f; true'
		[ -z "$(find a b -type f)" ] || show "changed by $way" || return 1
	done
}

@test "the command cannot get at the record by another way" {
	files
	mkdir -p "$T/low" "$T/up" "$T/work"
	fails 125 "could write to '$T/up/layer' itself" -- --cow . \
		--changes "$T/up/layer" --overlay-src "$T/low" \
		--overlay "$T/up" "$T/work" /mnt
	mkdir -m 777 "$T/open"
	chmod 777 "$T/open"
	fails 125 'others can write' -- --cow . --changes "$T/open"
}

@test "beside the working directory is outside of it" {
	files
	works --cow sub --changes ../layer touch sub/x
	works --cow sub --changes "$PROJECT/sub/../../layer" ls sub/x
}

@test "a run that fails leaves the layer of another alone" {
	files
	"$SANDBOX" --cow . --changes "$T/layer" sh -c 'touch kept; sleep 60' &
	ends_with_test $!
	within 10 test -e "$T/layer/0/upper/kept"
	fails 125 'in use by another sandbox' -- --cow . --changes "$T/layer"
	[ -e "$T/layer/layer" ] && [ -e "$T/layer/0/upper/kept" ]
	kill $!
	wait $! || true
	works --cow . --changes "$T/layer" ls kept
}

@test "what was written before sandbox itself failed is not lost" {
	local strace=(strace -o /dev/null -e inject=ppoll:error=ENOMEM:when=15)

	is_asan && skip 'strace and LeakSanitizer do not go together'
	# Each line of output is an event; before the file is there are fewer.
	anything "${strace[@]}" "$SANDBOX" --output-limit 1M --cow . \
		--changes "$T/layer" sh -c 'echo one >one
		for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			echo $i; sleep 0.05
		done'
	status_is 125
	complains 'stage watch' 'wait for events'
	works --diff "$T/layer"
	says "A $PWD/one (mode 644, size 4)"
}
