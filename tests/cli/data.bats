#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031
# What is given by descriptor, modes of what is made, and message queues.
load helper

# bare ARG...: from nothing: the probe, /proc and what ARGs say.
bare() {
	works --profile none --unshare-pid --proc /proc \
		--ro-bind "$PROBE" /probe "$@"
}

# bare_fails WORDS... -- ARG...: the same fails with 125 and all these words.
bare_fails() {
	local words=()

	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	sandbox --profile none --unshare-pid --proc /proc \
		--ro-bind "$PROBE" /probe "$@" /probe stat /
	status_is 125 && says '' && complains "${words[@]}"
}

# tree: $T/tree with a file, a directory and links.
tree() {
	mkdir -p "$T/tree/sub"
	echo data >"$T/tree/file"
	ln -s file "$T/tree/link"
	ln -s "$T/outside" "$T/tree/out"
	ln -s "../../../../../../../../..$T/outside" "$T/tree/up"
}

outside_as_it_was() {
	[ "$(cat "$T/outside")" = outside ] || show 'changed outside'
}

# --- bind-fd -----------------------------------------------------------------

@test "--bind-fd shows what a descriptor is open on, --ro-bind-fd read-only" {
	tree
	exec {fd}<"$T/tree"
	bare --bind-fd 9 /a /probe write /a/new x 9<"$T/tree"
	says ok
	[ "$(cat "$T/tree/new")" = x ]
	bare --ro-bind-fd 9 /a /probe write /a/other x 9<"$T/tree"
	says EROFS
	bare --ro-bind-fd 9 /a/b /probe open /a/b r 9<"$T/tree/file"
	says ok
	# In the order of all others.
	works --profile none --ro-bind / / --bind-fd "$fd" "$T/tree" \
		"$PROBE" write "$T/tree/third" x
	says ok
	exec {fd}<&-
	[ -e "$T/tree/third" ]
}

@test "the command does not get a descriptor that was used" {
	tree
	bare --bind-fd 9 /a --file 8 /b --ro-bind-data 7 /c /probe fds \
		9<"$T/tree" 8<"$T/tree/file" 7<"$T/tree/file"
	not grep -E '^[3-9]' <<<"$output"
	# A directory of the host, as standard input, would be a way out.
	bare --bind-fd 0 /a /probe fds <"$T/tree"
	not grep -E '^0' <<<"$output"
	bare /probe fds <"$T/tree"
	matches '^0'
	bare --bind-fd 9 /a --keep-fd 9 /probe fds 9<"$T/tree"
	matches '^9'
}

@test "a descriptor has to be open, on something with a path, and once" {
	tree
	bare_fails 'argument 9' 'descriptor 9 is not open' -- --bind-fd 9 /a
	mkfifo "$T/fifo"
	bare_fails 'descriptor 9' 'has no path' -- --bind-fd 9 /a 9< <(:)
	mkdir "$T/gone"
	exec {gone}<"$T/gone"
	rmdir "$T/gone"
	bare_fails 'has no path' -- --bind-fd "$gone" /a
	# Another directory of that name is another directory.
	mkdir "$T/gone"
	bare_fails 'has no path' -- --bind-fd "$gone" /a
	exec {gone}<&-
	bare_fails 'is used by' -- --bind-fd 9 /a --file 9 /b 9<"$T/tree"
	bare_fails 'is used by' -- --file 9 /a --file 9 /b 9<"$T/tree/file"
	# What is sandbox's own is not the caller's.
	bare_fails 'descriptor 3 is not open' -- --file 3 /a --report "$T/r.json" 3<&-
}

@test "--bind-fd follows a directory that was renamed" {
	tree
	exec {fd}<"$T/tree"
	mv "$T/tree" "$T/moved"
	mkdir "$T/tree"
	bare --bind-fd "$fd" /a /probe write /a/new x
	says ok
	[ -e "$T/moved/new" ]
	exec {fd}<&-
}

@test "what decides about the next run is read-only below --bind-fd too" {
	mkdir -p "$HOME/.config/sandbox"
	works --bind-fd 9 /mnt ./probe write /mnt/.config/sandbox/x y 9<"$HOME"
	says EROFS
	works --bind-fd 9 /mnt ./probe write /mnt/.config/x y 9<"$HOME"
	says ok
}

# --- file, bind-data ---------------------------------------------------------

@test "--file makes a file of what a descriptor says" {
	echo text >"$T/text"
	bare --file 9 /a /probe stat /a 9<"$T/text"
	matches '^file 0666 .* 5$'
	bare --perms 0750 --file 9 /a/b/c /probe stat /a/b/c 9<"$T/text"
	matches '^file 0750 .* 5$'
	bare --perms 0750 --file 9 /a/b/c /probe stat /a/b 9<"$T/text"
	matches '^dir 0750 '
	works --file 9 /mnt/x cat /mnt/x 9< <(echo from a; sleep 0.1; echo pipe)
	says $'from a\npipe'
	works --file 0 /mnt/x cat /mnt/x <<<standard
	says standard
	works --file 9 /mnt/x cat /mnt/x 9</dev/null
	says ''
	# It is the command's to change.
	bare --file 9 /mnt/x /probe write /mnt/x more 9<"$T/text"
	says ok
	[ "$(cat "$T/text")" = text ]
}

@test "--file changes a file that is there, and keeps its mode" {
	tree
	chmod 640 "$T/tree/file"
	bare --bind "$T/tree" /t --file 9 /t/file /probe stat /t/file <<<'' \
		9<<<'new content'
	matches '^file 0640 .* 12$'
	[ "$(cat "$T/tree/file")" = 'new content' ]
	bare --bind "$T/tree" /t --file 9 /t/link /probe stat /t/link 9<<<short
	[ "$(cat "$T/tree/file")" = short ]
	bare_fails "'/t/file'" 'Read-only' -- --ro-bind "$T/tree" /t \
		--file 9 /t/file 9<<<x
	bare_fails "'/t/sub'" 'a directory is there' -- --bind "$T/tree" /t \
		--file 9 /t/sub 9<<<x
	mkfifo "$T/tree/fifo"
	bare_fails "'/t/fifo'" 'no regular file' -- --bind "$T/tree" /t \
		--file 9 /t/fifo 9<<<x
	[ "$(cat "$T/tree/file")" = short ]
}

@test "--bind-data shows a file in memory and changes nothing below it" {
	tree
	bare --bind "$T/tree" /t --bind-data 9 /t/file /probe stat /t/file 9<<<x
	matches '^file 0600 .* 2$'
	bare --bind "$T/tree" /t --bind-data 9 /t/file /probe write /t/file y \
		9<<<x
	says ok
	bare --bind "$T/tree" /t --ro-bind-data 9 /t/file /probe write /t/file y \
		9<<<x
	says EROFS
	[ "$(cat "$T/tree/file")" = data ]
	works --perms 0755 --ro-bind-data 9 /mnt/run /mnt/run \
		9< <(printf '#!/bin/sh\necho it runs\n')
	says 'it runs'
	bare --ro-bind-data 9 /a/b/c /probe stat /a/b 9<<<x
	matches '^dir 0700 '
	# Nothing else shows it.
	bare --bind-data 9 /a /probe list / 9<<<x
	says $'a\nprobe\nproc'
	bare_fails "'/t/sub'" 'is a directory' -- --bind "$T/tree" /t \
		--bind-data 9 /t/sub 9<<<x
}

@test "data can be covered by what comes later" {
	bare --bind-data 9 /a --bind-data 8 /a /probe stat /a 9<<<x 8<<<longer
	matches '^file .* 7$'
	bare --bind-data 9 /a --hide /a /probe stat /a 9<<<secret
	matches '^file 0000 .* 0$'
	bare --bind-data 9 /a --ro-bind "$T/outside" /a /probe stat /a 9<<<x
	matches '^file .* 8$'
	bare --bind-data 9 /a --remount-ro /a /probe write /a y 9<<<x
	says EROFS
}

@test "data may be of any size" {
	head -c 50000000 /dev/zero >"$T/big"
	bare --file 9 /a /probe stat /a 9<"$T/big"
	matches '^file .* 50000000$'
	bare --bind-data 9 /a /probe stat /a 9< <(cat "$T/big")
	matches '^file .* 50000000$'
}

@test "many descriptors can be used" {
	local args=() fd n

	for n in {1..150}; do
		exec {fd}<"$T/outside"
		args+=(--ro-bind-data "$fd" "/d/$n")
	done
	bare "${args[@]}" /probe stat /d/150
	matches '^file .* 8$'
	for ((n = 1; n < ${#args[@]}; n += 3)); do
		fd=${args[n]}
		exec {fd}<&-
	done
}

@test "what cannot be read or written ends the run" {
	tree
	bare_fails "file '/a'" 'descriptor 9' 'Is a directory' -- --file 9 /a \
		9<"$T/tree"
	bare_fails "data on '/a'" 'descriptor 9' 'Bad file descriptor' -- \
		--bind-data 9 /a 9>"$T/x"
	sandbox --size 4096 --tmpfs /mnt --file 9 /mnt/a ./probe write ran x \
		9< <(head -c 100000 /dev/zero)
	status_is 125
	complains "file '/mnt/a'" 'No space left'
	[ ! -e ran ]
}

@test "a signal ends a run that waits for a descriptor" {
	mkfifo "$T/fifo"
	exec {fd}<>"$T/fifo"
	(
		trap - INT
		exec "$SANDBOX" --file "$fd" /mnt/x ./probe write ran x 2>"$T/err"
	) &
	ends_with_test $!
	sleep 0.5
	kill -TERM $!
	status=0
	wait $! || status=$?
	[ "$status" = 125 ]
	stderr=$(cat "$T/err")
	complains 'ended by signal 15 while it was set up'
	[ ! -e ran ]
	exec {fd}<&-
}

# --- chmod, perms ------------------------------------------------------------

@test "--chmod changes the mode of what is there" {
	tree
	bare --dir /a --chmod 0710 /a /probe stat /a
	matches '^dir 0710 '
	bare --chmod 0700 / /probe stat /
	matches '^dir 0700 '
	bare --file 9 /a --chmod 1444 /a /probe stat /a 9<<<x
	matches '^file 1444 '
	bare --bind "$T/tree" /t --chmod 0604 /t/link /probe stat /t/file
	matches '^file 0604 '
	[ "$(stat -c %a "$T/tree/file")" = 604 ]
	bare_fails "chmod '/none'" 'No such file' -- --chmod 700 /none
	bare_fails "chmod '/t/file'" 'Read-only' -- --ro-bind "$T/tree" /t \
		--chmod 700 /t/file
	[ "$(stat -c %a "$T/tree/file")" = 604 ]
	bare_fails "'999'" 'octal' -- --chmod 999 /
}

@test "directories made on the way are as closed as what they are for" {
	local mode want

	for mode in 0755:0755 0711:0755 0700:0700 0750:0750 0705:0705 01777:0755
	do
		want=${mode#*:}
		bare --perms "${mode%:*}" --dir /a/b/c /probe stat /a
		matches "^dir $want "
		bare --perms "${mode%:*}" --tmpfs /a/b/c /probe stat /a/b
		matches "^dir $want "
	done
	# What is there stays as it is.
	bare --dir /a --perms 0700 --dir /a/b /probe stat /a
	matches '^dir 0755 '
	bare --perms 0700 --dir /a/b --dir /c/d /probe stat /c
	matches '^dir 0755 '
}

# --- nothing outside ---------------------------------------------------------

@test "no symlink leads files, data or modes out of the root" {
	local name

	tree
	chmod 640 "$T/outside"
	for name in out up; do
		# Made where the link leads to inside.
		bare --bind "$T/tree" /t --file 9 "/t/$name" \
			/probe stat "$T/outside" 9<<<x
		matches '^file 0666 .* 2$'
		bare --bind "$T/tree" /t --bind-data 9 "/t/$name" \
			/probe stat "$T/outside" 9<<<x
		matches '^file 0600 .* 2$'
		outside_as_it_was
		bare_fails "'/t/$name'" -- --bind "$T/tree" /t \
			--chmod 777 "/t/$name"
	done
	outside_as_it_was
	[ "$(stat -c %a "$T/outside")" = 640 ]
	# With something there inside, that is what they are about.
	bare --bind "$T/tree" /t --file 9 "$T/outside" --file 8 /t/out \
		--chmod 711 /t/up /probe stat "$T/outside" 9<<<x 8<<<inside
	matches '^file 0711 .* 7$'
	outside_as_it_was
	[ "$(stat -c %a "$T/outside")" = 640 ]
	mkdir "$T/victim"
	ln -s "$T/victim" "$T/tree/dir"
	bare --bind "$T/tree" /t --file 9 /t/dir/a --bind-data 8 /t/dir/b \
		/probe list "$T/victim" 9<<<x 8<<<x
	says $'a\nb'
	[ -z "$(ls -A "$T/victim")" ]
}

# --- mqueue ------------------------------------------------------------------

@test "--mqueue shows the sandbox's own message queues" {
	bare --unshare-ipc --mqueue /q /probe mounts
	matches '^/q mqueue '
	bare --unshare-ipc --mqueue /q /probe write /q/one ''
	says ok
	if is_root; then
		bare --mqueue /q /probe stat /q
	else
		bare_fails '--mqueue needs --unshare-ipc' -- --mqueue /q
	fi
}

# --- what is said ------------------------------------------------------------

@test "--dry-run reads nothing, and --print-profile leaves them out" {
	works --file 9 /x --bind-fd 8 /y --dry-run true 9<"$T/outside" 8<"$T"
	has '  file /x mode=0666 from descriptor 9'
	works --profile none --perms 0700 --file 9 /x --chmod 700 /y \
		--print-profile true
	says 'chmod 700 /y'
}
