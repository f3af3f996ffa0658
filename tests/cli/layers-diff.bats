#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031
# What --diff says of a kept layer, and that --discard removes it and no more.
# The layers are made by overlayfs itself, or by hand as a liar would.
load helper

# layer: $T/real, and $T/D, an empty layer over it.
layer() {
	mkdir -p "$T/real" "$T/D/0/upper" "$T/D/0/work"
	chmod 700 "$T/D"
	record "$T/real"
}

# record PATH...: that of $T/D, with these places.
record() {
	local number=0 path

	{
		printf 'sandbox layer 1\ncreated 1795679518.123456789\n'
		for path; do
			printf 'place %s %s %s\n' "$number" \
				"$(stat -c '%d %i' "$path")" "$path"
			number=$((number + 1))
		done
	} >"$T/D/layer"
}

# inside SCRIPT: with the layer mounted as the working directory.
inside() {
	mkdir -p "$T/merged"
	unshare -Urm bash -euc 'mount -t overlay -o "userxattr,lowerdir=$1/real,upperdir=$1/D/0/upper,workdir=$1/D/0/work" overlay "$1/merged"
		cd "$1/merged"
		eval "$2"' inside "$T" "$1"
}

# State of the real files: content, modes, owners, times of change.
state() {
	(cd "$1" && find . -printf '%p %y %m %U %G %l %s %T@ %C@\n' | sort)
}

# is LINE...: all the lines of --diff, below $T/real.
is() {
	local wanted

	works --diff "$T/D" || return 1
	wanted=$(for line; do printf '%s\n' "${line//@/$T/real}"; done)
	says "$wanted"
}

teardown() {
	[ ! -d "$T" ] || chmod -Rf u+rwx "$T" || true
}

@test "a layer in which nothing was written has no changes" {
	layer
	echo x >"$T/real/file"
	is
	works --diff "$T/D" --format json
	says '[]'
	works --diff "$T/D" --format patch
	says ''
}

@test "every kind of change is one line" {
	layer
	cd "$T/real"
	mkdir gone gone/deep dir
	echo one | tee same mod content mode touched dir/f gone/deep/g >/dev/null
	ln -s one link
	touch -d 2001-01-01 ./*
	inside 'echo two >>mod; printf "two\n" >content; chmod 600 mode
		touch touched; rm -r gone; rm dir/f; ln -sfn two link
		echo new >new; mkdir made; echo in >made/in; ln -s /etc/passwd to
		mkfifo fifo
		python3 -c "import socket as s; s.socket(s.AF_UNIX).bind(\"sock\")"
		python3 -c "import os; os.setxattr(\"same\", \"user.color\", b\"r\")"'
	is 'M @/content (content)' \
		'D @/dir/f' \
		'A @/fifo (fifo, mode 644)' \
		'D @/gone/' \
		'M @/link (target one -> two)' \
		'A @/made/ (directory, mode 755)' \
		'A @/made/in (mode 644, size 3)' \
		'M @/mod (size 4 -> 8)' \
		'M @/mode (mode 644 -> 600)' \
		'A @/new (mode 644, size 4)' \
		'M @/same (attributes)' \
		'A @/sock (socket, mode 755)' \
		'A @/to (symlink to /etc/passwd)' \
		'M @/touched (time)'
}

@test "what was copied up and is as it was is no change" {
	layer
	cd "$T/real"
	mkdir dir
	echo one | tee file dir/file >/dev/null
	ln file other
	ln -s file link
	mkfifo fifo
	inside 'chmod 600 file; chmod 644 file; touch dir; rm -f nothing
		mv dir/file dir/x; mv dir/x dir/file; ln file again; rm again
		chmod 600 fifo; chmod 644 fifo; touch -h link
		mkdir new; rmdir new'
	[ -e "$T/D/0/upper/file" ] && [ -e "$T/D/0/upper/dir/file" ]
	is
}

@test "what is replaced by something else is one line, and what is in it" {
	layer
	cd "$T/real"
	mkdir dir dir/below
	echo f >file
	echo b >dir/below/b
	ln -s dir link
	inside 'rm file; mkdir file; echo in >file/in; rm -r dir; echo now >dir
		rm link; mkfifo link'
	is 'M @/dir (directory -> file)' \
		'M @/file/ (file -> directory)' \
		'A @/file/in (mode 644, size 3)' \
		'M @/link (symlink -> fifo)'
}

@test "a directory made anew hides all that was in it, however deep" {
	layer
	cd "$T/real"
	mkdir -p dir/sub/deep
	echo 1 | tee dir/one dir/two dir/sub/three dir/sub/deep/four >/dev/null
	inside 'rm -r dir; mkdir dir dir/sub; echo 22 >dir/two; echo 5 >dir/sub/five'
	is 'D @/dir/one' \
		'D @/dir/sub/deep/' \
		'A @/dir/sub/five (mode 644, size 2)' \
		'D @/dir/sub/three' \
		'M @/dir/two (size 2 -> 3)'
	# The kernel has the mark in the upper one of the two only.
	[ "$(python3 -c 'import os, sys; print(os.getxattr(sys.argv[1],
		"user.overlay.opaque"))' "$T/D/0/upper/dir")" = "b'y'" ]
}

@test "the newer form of whiteouts is known, where it is marked" {
	layer
	cd "$T/real"
	mkdir marked plain
	echo 1 | tee marked/gone plain/kept >/dev/null
	(cd "$T/D/0/upper" && mkdir marked plain &&
		touch marked/gone plain/kept marked/never && python3 -c '
import os
os.setxattr("marked", "user.overlay.opaque", b"x")
for name in "marked/gone", "plain/kept", "marked/never":
    os.setxattr(name, "user.overlay.whiteout", b"")')
	is 'D @/marked/gone' 'M @/plain/kept (size 2 -> 0)'
}

@test "names of any bytes stay in their line, and go into JSON" {
	layer
	printf x >"$T/real/$(printf 'old\nline')"
	inside 'rm "$(printf "old\nline")"; echo >"-dash"; echo >"with space"
		echo >"$(printf "bad\377byte")"; echo >"$(printf "esc\033[31m")"
		echo >"q\"b\\"; echo >"ü"; ln -s "$(printf "to\n\377")" sym
		mkdir "a dir"'
	is 'A @/-dash (mode 644, size 1)' \
		'A "@/a dir/" (directory, mode 755)' \
		'A "@/bad\377byte" (mode 644, size 1)' \
		'A "@/esc\033[31m" (mode 644, size 1)' \
		'D "@/old\012line"' \
		'A "@/q\"b\\" (mode 644, size 1)' \
		'A @/sym (symlink to "to\012\377")' \
		'A "@/with space" (mode 644, size 1)' \
		'A @/ü (mode 644, size 1)'
	works --diff "$T/D" --format json
	python3 - "$T" <<-'END'
	import json, sys
	base = sys.argv[1] + "/real/"
	text = open(sys.argv[1] + "/out", encoding="utf-8").read()
	assert "\x1b" not in text
	found = {c["path"][len(base):]: c for c in json.loads(text)}
	assert len(found) == 9, found
	assert found["old\nline"]["change"] == "deleted"
	assert found["old\nline"]["old_size"] == 1
	assert "type" not in found["old\nline"]
	bad = found["bad\ufffdbyte"]
	assert bytes.fromhex(bad["path_bytes"]) == base.encode() + b"bad\xffbyte"
	assert "path_bytes" not in found["ü"]
	assert found["sym"]["target"] == "to\n\ufffd"
	assert bytes.fromhex(found["sym"]["target_bytes"]) == b"to\n\xff"
	assert found["a dir"]["type"] == "directory"
	assert found["with space"]["mode"] == "0644"
	END
}

@test "JSON says both sides of what was modified" {
	layer
	cd "$T/real"
	echo one >file
	mkdir dir
	inside 'echo more >>file; chmod 600 file; rmdir dir; ln -s x dir'
	works --diff "$T/D" --format json
	python3 - "$T" <<-'END'
	import json, sys
	dir, file = json.load(open(sys.argv[1] + "/out"))
	real = sys.argv[1] + "/real/"
	assert file == {"path": real + "file", "change": "modified",
	    "type": "file", "mode": "0600", "size": 9, "old_type": "file",
	    "old_mode": "0644", "old_size": 4, "differs": ["size", "mode"]}, file
	assert dir["type"] == "symlink" and dir["target"] == "x", dir
	assert dir["old_type"] == "directory" and dir["differs"] == ["type"], dir
	END
	# One object, one line.
	[ "$(grep -c '^{.*}' <<<"$output")" = 2 ]
}

@test "a patch makes of the real files what the layer has" {
	layer
	cd "$T/real"
	mkdir -p gone/deep d2f
	seq 100 >long
	echo one | tee gone/deep/g d2f/in f2d mode >/dev/null
	echo q >'a "q"'
	printf 'a\0b' >binary
	inside 'sed -i s/50/fifty/ long; rm -r gone; rm -r d2f; echo now >d2f
		rm f2d; mkdir f2d; echo in >f2d/in; echo new >"new one"
		echo r >>"a \"q\""; chmod 600 mode; printf "a\0c" >binary; mkfifo p
		ln -s x sym; printf unended >end'
	works --diff "$T/D" --format patch
	has "--- a$T/real/long" "+++ b$T/real/long" -50 +fifty \
		"--- /dev/null" "+++ \"b$T/real/new one\"" \
		"Binary files a$T/real/binary and b$T/real/binary differ"
	[[ $output != *real/mode* && $output != *real/p* && $output != *sym* ]] ||
		show 'what is no content'
	cp -a "$T/real" "$T/copy"
	sed "s#$T/real/#/#; s#//#/#" "$T/out" >"$T/patch"
	cd "$T/copy"
	# patch(1) removes last, so what changes its type is not for it.
	if command -v git >/dev/null; then
		HOME=$T git apply "$T/patch"
		for file in long d2f f2d/in 'new one' 'a "q"' end; do
			cmp "$file" "$T/D/0/upper/$file"
		done
		[ ! -e gone/deep/g ]
	fi
}

@test "without diff(1) there is no patch, and that is said" {
	layer
	works --diff "$T/D" --format patch
	unshare -Urm bash -euc '
		mkdir -p "$1/bin"; cp "$2" "$1/bin/sandbox"
		mount -t tmpfs none /usr/bin; ! [ -e /bin/diff ]
		status=0; "$1/bin/sandbox" --diff "$1/D" --format patch \
			2>"$1/err" || status=$?
		[ "$status" = 125 ]' sh "$T" "$SANDBOX" || show 'went on'
	stderr=$(cat "$T/err")
	complains 'there is no diff(1)' 'diffutils'
}

@test "directories of mode 0 are looked into, and keep it" {
	layer
	inside 'mkdir -p closed/in; echo x >closed/in/file; chmod 000 closed/in closed'
	is 'A @/closed/ (directory, mode 0)' \
		'A @/closed/in/ (directory, mode 0)' \
		'A @/closed/in/file (mode 644, size 2)'
	[ "$(stat -c %a "$T/D/0/upper/closed")" = 0 ]
	works --discard "$T/D"
	[ ! -e "$T/D" ]
}

@test "files of mode 0 are compared all the same" {
	layer
	echo one | tee "$T/real/same" "$T/real/other" >/dev/null
	touch -d 2001-01-01 "$T/real/same" "$T/real/other"
	cp -p "$T/real/same" "$T/real/other" "$T/D/0/upper"
	printf 'two\n' >"$T/D/0/upper/other"
	chmod 000 "$T/D/0/upper/same" "$T/D/0/upper/other"
	is 'M @/other (content, mode 644 -> 0)' 'M @/same (mode 644 -> 0)'
	[ "$(stat -c %a "$T/D/0/upper/same")" = 0 ]
	works --diff "$T/D" --format patch
	has -one +two
}

@test "several places are listed one after the other" {
	layer
	mkdir -p "$T/b" "$T/D/1/upper"
	record "$T/real" "$T/b"
	echo 1 >"$T/D/0/upper/one"
	echo 2 >"$T/D/1/upper/two"
	works --diff "$T/D"
	says "A $T/real/one (mode 644, size 2)
A $T/b/two (mode 644, size 2)"
}

@test "a change of the place's own mode is one" {
	layer
	chmod 750 "$T/D/0/upper"
	chmod 755 "$T/real"
	is 'M @/ (mode 755 -> 750)'
}

@test "what cannot be written is an error" {
	layer
	inside 'echo >file'
	status=0
	"$SANDBOX" --diff "$T/D" >/dev/full 2>"$T/err" || status=$?
	status_is 125
	stderr=$(cat "$T/err")
	complains 'write to standard output' 'No space left'
	for format in text json patch; do
		# Whoever reads it is gone before it begins.
		python3 - "$SANDBOX" --diff "$T/D" --format "$format" <<-'END'
		import os, signal, subprocess, sys
		def run(restore):
		    r, w = os.pipe(); os.close(r)
		    return subprocess.run(sys.argv[1:], stdout=w, text=True,
		        stderr=subprocess.PIPE, restore_signals=restore)
		silent, told = run(True), run(False)
		assert silent.returncode == -signal.SIGPIPE, silent
		assert silent.stderr == "", silent
		assert told.returncode == 125, told
		assert "write to standard output: Broken pipe" in told.stderr
		END
	done
}

@test "100,000 changes take the memory of one directory" {
	local most=4096

	! is_asan || most=32768
	layer
	python3 - "$T" "$most" <<-'END'
	import os, subprocess, sys
	top = sys.argv[1] + "/D/0/upper"
	for i in range(100):
	    os.mkdir(f"{top}/{i}")
	    for j in range(1000):
	        os.mknod(f"{top}/{i}/{j}")
	for format in "text", "json":
	    p = subprocess.Popen([os.environ["SANDBOX"], "--diff",
	        sys.argv[1] + "/D", "--format", format], stdout=subprocess.PIPE)
	    count = peak = 0
	    while data := p.stdout.read(65536):
	        count += data.count(b"\n")
	        for line in open(f"/proc/{p.pid}/status"):
	            if line.startswith("VmHWM:"):
	                peak = max(peak, int(line.split()[1]))
	    assert p.wait() == 0
	    assert count == 100100 + 2 * (format == "json"), count
	    assert 0 < peak < int(sys.argv[2]), peak
	END
}

# --- --discard --------------------------------------------------------------

@test "--discard removes the layer and nothing else" {
	layer
	cd "$T/real"
	mkdir dir
	echo x | tee file dir/file >/dev/null
	state "$T/real" >"$T/before"
	inside 'echo y >>file; rm -r dir; mkdir dir; ln -s /etc there'
	mkdir -p "$T/D/trash/old" "$T/outside-dir"
	touch "$T/D/layer.new"
	ln -s "$T/outside-dir" "$T/D/trash/link"
	touch "$T/outside-dir/kept"
	[ "$(stat -c %a "$T/D/0/work/work")" = 0 ]
	works --discard "$T/D"
	says ''
	[ ! -e "$T/D" ] && [ -e "$T/outside-dir/kept" ]
	state "$T/real" >"$T/after"
	cmp "$T/before" "$T/after"
}

@test "--discard leaves what does not belong to the layer, and says so" {
	layer
	mkdir "$T/D/mine"
	sandbox --discard "$T/D"
	status_is 125
	complains "'mine'" 'does not belong'
	[ "$(ls "$T/D")" = mine ]
	# It is no layer any more.
	sandbox --discard "$T/D"
	status_is 125
	complains 'is no layer'
	[ -d "$T/D/mine" ]
}

@test "--discard that was interrupted can be done again" {
	layer
	rm -rf "$T/D/0"
	works --discard "$T/D"
	[ ! -e "$T/D" ]
}

@test "--discard removes what an interrupted --apply left beside real files" {
	layer
	mkdir -p "$T/real/dir" "$T/D/0/upper/dir"
	echo x >"$T/D/0/upper/dir/file"
	sed -i '2a applying 1795679600.000000000' "$T/D/layer"
	# Names that --apply makes for this layer: the seconds, then the rest.
	local ours
	ours=$(printf '.sandbox-apply-%x.%x' 1795679518 123456789)
	echo half >"$T/real/dir/$ours"
	echo other >"$T/real/dir/.sandbox-apply-1.2"
	sandbox --discard "$T/D"
	status_is 0
	complains 'what it had written stays'
	[ ! -e "$T/D" ] && [ ! -e "$T/real/dir/$ours" ]
	[ -e "$T/real/dir/.sandbox-apply-1.2" ] && [ ! -e "$T/real/dir/file" ]
}

@test "very deep trees are listed and removed with few descriptors" {
	layer
	python3 - "$T" <<-'END'
	import os, sys
	for base in "/real", "/D/0/upper":
	    d = os.open(sys.argv[1] + base, os.O_RDONLY)
	    for i in range(3000):
	        os.mkdir("d", dir_fd=d)
	        below = os.open("d", os.O_RDONLY, dir_fd=d)
	        os.close(d)
	        d = below
	    os.mknod("leaf" + base[1], dir_fd=d)
	os.fchmod(d, 0)
	END
	ulimit -n 256
	works --diff "$T/D"
	[ "$(wc -l <"$T/out")" = 2 ] || show 'not two lines'
	matches '^M .*/d/d/d/ \(mode 755 -> 0\)$' '^A .*/d/d/d/leafD \('
	works --discard "$T/D"
	[ ! -e "$T/D" ]
	rm -rf "$T/real"
}

# --- what pretends to be a layer --------------------------------------------

# refused WORDS...: --diff and --discard both fail, and nothing is gone.
refused() {
	local before action

	before=$(state "$T/D")
	for action in --diff --discard; do
		sandbox "$action" "$T/D"
		status_is 125 && says '' && complains "$@" || return 1
	done
	[ "$before" = "$(state "$T/D")" ] || show 'something is gone'
}

@test "what is no layer is refused" {
	mkdir "$T/D"
	refused 'is no layer'
	ln -s /etc/passwd "$T/D/layer"
	refused "open the record"
	rm "$T/D/layer"
	mkfifo "$T/D/layer"
	refused 'FIFO'
	rm "$T/D/layer"
	truncate -s 2M "$T/D/layer"
	refused 'larger than'
	rm "$T/D/layer"
	printf 'sandbox layer 1\n\0' >"$T/D/layer"
	refused 'the layer' 'a zero byte'
	head -c 1000 /dev/urandom | tr -d '\0' >"$T/D/layer"
	refused 'no record of a layer'
	printf 'sandbox layer 1\ncreated 1.000000000\nplace 0 1 1 /..\n' >"$T/D/layer"
	refused 'line 3' 'not absolute and clean'
	sandbox --diff "$T/none"
	status_is 125
	complains 'it does not exist'
	sandbox --diff ''
	status_is 125
}

@test "a symlink to a layer is refused" {
	layer
	ln -s D "$T/link"
	for dir in "$T/link" "$T/link/" "$T/link/."; do
		sandbox --discard "$dir"
		status_is 125
		complains 'it is no directory'
	done
	[ -e "$T/D/layer" ]
	works --diff "$T/D/"
}

@test "a layer of somebody else is refused" {
	layer
	if [ "$(id -u)" = 0 ]; then
		chown 64123 "$T/D"
		sandbox --diff "$T/D"
	else
		sandbox --diff /usr
	fi
	status_is 125
	complains 'belongs to another user'
}

@test "a layer in use is refused" {
	layer
	exec 9<"$T/D"
	flock -n 9
	refused 'is in use by another sandbox'
	exec 9<&-
	works --diff "$T/D"
}

@test "a place without its directory, or that is another one, is an error" {
	layer
	rmdir "$T/D/0/upper"
	sandbox --diff "$T/D"
	status_is 125
	complains "'0/upper' is no directory"
	ln -s /etc "$T/D/0/upper"
	sandbox --diff "$T/D"
	status_is 125
	says ''
	complains "'0/upper' is no directory"
	rm "$T/D/0/upper"
	mv "$T/D/0" "$T/elsewhere"
	mkdir "$T/elsewhere/upper"
	echo x >"$T/elsewhere/upper/file"
	ln -s "$T/elsewhere" "$T/D/0"
	sandbox --diff "$T/D"
	status_is 125
	says ''
	works --discard "$T/D"
	[ -e "$T/elsewhere/upper/file" ]
}

@test "another directory than the layer was made over is an error" {
	layer
	mv "$T/real" "$T/aside"
	mkdir "$T/real"
	echo x >"$T/real/secret"
	sandbox --diff "$T/D"
	status_is 125
	says ''
	complains 'is another directory'
	rmdir "$T/aside"
	rm -r "$T/real"
	ln -s /etc "$T/real"
	sandbox --diff "$T/D"
	status_is 125
	says ''
}

@test "content or names that are said to be elsewhere are refused" {
	for name in metacopy redirect; do
		rm -rf "$T/D"
		layer
		mkdir "$T/D/0/upper/dir"
		echo x >"$T/D/0/upper/dir/file"
		python3 -c 'import os, sys; os.setxattr(sys.argv[1],
			"user.overlay." + sys.argv[2], b"/etc")' \
			"$T/D/0/upper/dir" "$name"
		sandbox --diff "$T/D"
		status_is 125
		complains "user.overlay.$name"
	done
}

@test "a device in a layer is refused, and discarded" {
	[ "$(id -u)" = 0 ] || skip 'only root can make one'
	layer
	mknod "$T/D/0/upper/null" c 1 3
	sandbox --diff "$T/D"
	status_is 125
	complains 'it is a device'
	works --discard "$T/D"
}

@test "what is mounted in a layer or in a place is not gone into" {
	layer
	mkdir "$T/real/dir" "$T/D/0/upper/dir"
	echo x >"$T/D/0/upper/dir/file"
	works --diff "$T/D"
	unshare -Urm bash -c '
		try() {
			"$2" "$3" "$1/D" >"$1/out" 2>"$1/err"
			[ $? = 125 ] && [ ! -s "$1/out" ] && grep -q "$4" "$1/err"
		}
		mount --bind /etc "$1/real/dir"
		try "$@" --diff "is a mount point now" || exit 1
		umount "$1/real/dir"
		mount --bind /etc "$1/D/0/upper/dir" || exit 1
		try "$@" --diff "something is mounted there" || exit 1
		try "$@" --discard "busy" || exit 1
		[ -e /etc/passwd ]' sh "$T" "$SANDBOX" ||
		{ cat "$T/out" "$T/err"; false; }
}

@test "a directory swapped for a symlink while it is walked leads nowhere" {
	layer
	mkdir "$T/D/0/upper/dir" "$T/victim"
	for i in {1..50}; do
		echo x >"$T/D/0/upper/dir/own$i"
		echo x >"$T/victim/secret$i"
	done
	ln -s "$T/victim" "$T/D/0/upper/link"
	python3 -c '
import ctypes, sys
libc, top = ctypes.CDLL(None), sys.argv[1].encode() + b"/D/0/upper/"
while True:
    libc.renameat2(-100, top + b"dir", -100, top + b"link", 2)
' "$T" &
	ends_with_test $!
	local end=$((SECONDS + 2)) dirs=0 links=0
	state "$T/victim" >"$T/before"
	while [ "$SECONDS" -lt "$end" ]; do
		sandbox --diff "$T/D"
		[[ $output != *secret* ]] || show 'it was followed' || return 1
		[[ $output != *'/dir/own'* ]] || dirs=$((dirs + 1))
		[[ $output != *'/dir (symlink'* ]] || links=$((links + 1))
	done
	[ "$dirs" -gt 0 ] && [ "$links" -gt 0 ] || show "$dirs $links"
	sandbox --discard "$T/D"
	state "$T/victim" >"$T/after"
	cmp "$T/before" "$T/after"
	kill "${background[0]}"
}

@test "several layers below one place are not listed, and that is said" {
	layer
	printf 'under 0 1 1 /srv/base\n' >>"$T/D/layer"
	sandbox --diff "$T/D"
	status_is 125
	complains 'over several layers' '--layer'
}

@test "what takes long says how far it is, on a terminal and only there" {
	local words="'$SANDBOX' --apply '$T/D'" n
	local slow='strace -qq -o /dev/null -e inject'

	command -v strace >/dev/null || skip 'strace is not installed'
	is_asan && skip 'strace and LeakSanitizer do not go together'
	layer
	for n in {1..12}; do
		echo new >"$T/D/0/upper/$n"
	done
	anything script -qec "$slow=renameat:delay_enter=300000 $words" /dev/null
	status_is 0
	matches $'\rapplying: [1-9][0-9]? %    \r +\r'
	[ -e "$T/real/12" ]
	for n in {1..12}; do
		echo newer >"$T/D/0/upper/$n"
	done
	anything sh -c "$slow=renameat:delay_enter=300000 $words"
	status_is 0
	quiet
	for n in {1..12}; do
		echo new >"$T/D/0/upper/$n"
	done
	words="'$SANDBOX' --discard '$T/D'"
	anything script -qec "$slow=unlinkat:delay_enter=300000 $words" /dev/null
	status_is 0
	matches $'\rdiscarding: [1-9][0-9]* removed    \r'
	[ ! -e "$T/D" ]
}

@test "a layer that does not exist" {
	local what

	for what in --diff --apply --discard; do
		sandbox "$what" "$T/none"
		status_is 125
		complains "'$T/none' is no layer: it does not exist" '--changes'
	done
}
