#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031
# Directories that are shown as one.
load helper

# layers: $T/low and $T/high, both with a file; $T/upper and $T/work, empty.
layers() {
	mkdir -p "$T/low/dir" "$T/high" "$T/upper" "$T/work"
	echo low >"$T/low/file"
	echo only >"$T/low/only"
	echo deep >"$T/low/dir/deep"
	echo higher >"$T/high/file"
	(cd "$T" && find low high -type f -exec md5sum {} +) >"$T/sums"
}

# The layers below the upper one never change.
layers_as_they_were() {
	(cd "$T" && find low high -type f -exec md5sum {} +) >"$T/now"
	cmp -s "$T/sums" "$T/now" || show 'a lower layer was changed'
}

teardown() {
	[ ! -d "$T/work/work" ] || chmod u+rwx "$T/work/work"
}

@test "the last --overlay-src is on top" {
	layers
	works --overlay-src "$T/low" --overlay-src "$T/high" --ro-overlay /mnt \
		cat /mnt/file /mnt/only /mnt/dir/deep
	says $'higher\nonly\ndeep'
	works --overlay-src "$T/high" --overlay-src "$T/low" --tmp-overlay /mnt \
		cat /mnt/file
	says low
	works --overlay-src "$T/low" --overlay "$T/upper" "$T/work" /mnt \
		cat /mnt/file
	says low
	echo uppermost >"$T/upper/file"
	works --overlay-src "$T/low" --overlay-src "$T/high" \
		--overlay "$T/upper" "$T/work" /mnt cat /mnt/file
	says uppermost
	layers_as_they_were
}

@test "--ro-overlay cannot be written to" {
	layers
	works --overlay-src "$T/low" --overlay-src "$T/high" --ro-overlay /mnt \
		./probe write /mnt/file x
	says EROFS
	works --overlay-src "$T/low" --overlay-src "$T/high" --ro-overlay /mnt \
		./probe mkdir /mnt/new
	says EROFS
	layers_as_they_were
}

@test "what --tmp-overlay changes is lost, and seen nowhere else" {
	layers
	works --overlay-src "$T/low" --tmp-overlay /mnt sh -c '
		echo new >/mnt/file; rm /mnt/only; echo >/mnt/dir/other
		cat /mnt/file; ls /mnt/dir'
	says $'new\ndeep\nother'
	works --overlay-src "$T/low" --tmp-overlay /mnt cat /mnt/file /mnt/only
	says $'low\nonly'
	layers_as_they_were
	# Two have nothing in common.
	works --overlay-src "$T/low" --tmp-overlay /mnt/a \
		--overlay-src "$T/low" --tmp-overlay /mnt/b \
		sh -c 'echo new >/mnt/a/file; cat /mnt/b/file'
	says low
	works --profile none --unshare-pid --proc /proc --ro-bind "$PROBE" /probe \
		--overlay-src "$T/low" --tmp-overlay /o /probe list /
	says $'o\nprobe\nproc'
}

@test "a directory of a layer can be removed and made again" {
	layers
	works --overlay-src "$T/low" --overlay "$T/upper" "$T/work" /mnt sh -c '
		rm -r /mnt/dir; mkdir /mnt/dir; echo >/mnt/dir/other; ls /mnt/dir'
	says other
	# Before Linux 6.6 tmpfs has no attribute to note that down in.
	if printf '6.6\n%s\n' "$(uname -r)" | sort -VC; then
		works --overlay-src "$T/low" --tmp-overlay /mnt sh -c '
			rm -r /mnt/dir; mkdir /mnt/dir; ls /mnt/dir'
		says ''
	fi
	layers_as_they_were
}

@test "what --overlay changes is in its own directory" {
	layers
	works --overlay-src "$T/low" --overlay "$T/upper" "$T/work" /mnt sh -c '
		echo new >/mnt/file; echo added >/mnt/added; rm /mnt/only'
	[ "$(cat "$T/upper/file")" = new ]
	[ "$(cat "$T/upper/added")" = added ]
	[ -c "$T/upper/only" ]
	layers_as_they_were
	works --overlay-src "$T/low" --overlay "$T/upper" "$T/work" /mnt ls /mnt
	says $'added\ndir\nfile'
}

@test "an overlay has the flags of a bind, and tells no host path" {
	layers
	works --overlay-src "$T/low" --tmp-overlay /mnt/a \
		--overlay-src "$T/low" --overlay "$T/upper" "$T/work" /mnt/b \
		--overlay-src "$T/low" --overlay-src "$T/high" \
		--ro-overlay /mnt/c ./probe mounts
	matches '^/mnt/a overlay .*rw,.*nosuid,nodev' \
		'^/mnt/b overlay .*rw,.*nosuid,nodev' \
		'^/mnt/c overlay .*ro,.*nosuid,nodev'
	not grep -F "$T/" <<<"$(grep overlay <<<"$output")"
}

@test "names of layers may hold anything" {
	local name

	for name in 'a,b' 'a:b' 'a\b' 'a\,b\:c' ' ' $'new\nline' '=' 'lowerdir=/'; do
		mkdir -p "$T/$name/up" "$T/$name/wk" "$T/$name/low"
		echo "$name" >"$T/$name/low/file"
		works --overlay-src "$T/$name/low" \
			--overlay "$T/$name/up" "$T/$name/wk" /mnt \
			sh -c 'cat /mnt/file; echo >/mnt/new'
		says "$name"
		[ -e "$T/$name/up/new" ]
		chmod u+rwx "$T/$name/wk/work"
	done
}

@test "fifty layers are one" {
	local args=() n

	for n in {1..50}; do
		mkdir "$T/l$n"
		echo "$n" >"$T/l$n/all"
		echo "$n" >"$T/l$n/f$n"
		args+=(--overlay-src "$T/l$n")
	done
	works "${args[@]}" --ro-overlay /mnt \
		sh -c 'cat /mnt/all /mnt/f1 /mnt/f50; ls /mnt | wc -l'
	says $'50\n1\n50\n51'
	fails 125 'more than 50' -- "${args[@]}" --overlay-src "$T/l1" \
		--ro-overlay /mnt
	# And that many times.
	args=()
	for n in {1..40}; do
		args+=(--overlay-src "$T/l1" --overlay-src "$T/l2"
			--ro-overlay "/mnt/$n")
	done
	works "${args[@]}" cat /mnt/40/all
	says 2
}

@test "overlays are made in their order with all other mounts" {
	layers
	works --overlay-src "$T/low" --tmp-overlay /mnt --tmpfs /mnt/dir \
		--hide /mnt/file sh -c 'ls /mnt/dir; stat -c %a /mnt/file'
	says 0
	works --tmpfs /mnt --overlay-src "$T/low" --tmp-overlay /mnt/x \
		--ro-bind "$T/outside" /mnt/x/only cat /mnt/x/only
	says outside
	works --overlay-src "$T/low" --tmp-overlay /mnt --remount-ro /mnt \
		./probe write /mnt/file x
	says EROFS
	works --overlay-src "$T/low" --tmp-overlay /mnt --file 9 /mnt/file \
		--chmod 0640 /mnt/only \
		sh -c 'cat /mnt/file; stat -c %a /mnt/only' 9<<<data
	says $'data\n640'
	layers_as_they_were
}

@test "an overlay can be the root" {
	layers
	mkdir "$T/low/bin"
	cp "$PROBE" "$T/low/bin/probe"
	works --profile none --overlay-src "$T/low" --tmp-overlay / \
		/bin/probe write /file x
	says ok
	layers_as_they_were 2>/dev/null || [ "$(cat "$T/low/file")" = low ]
}

@test "options that do not fit together are errors" {
	layers
	fails 125 --tmp-overlay 'needs an --overlay-src' -- --tmp-overlay /mnt
	fails 125 --ro-overlay 'needs two' -- --overlay-src "$T/low" \
		--ro-overlay /mnt
	fails 125 --overlay-src 'must be followed' -- --overlay-src "$T/low"
	fails 125 --overlay-src 'must be followed' -- --overlay-src "$T/low" \
		--tmpfs /mnt --tmp-overlay /mnt
	fails 125 "no directory '$T/no'" -- --overlay-src "$T/no" \
		--tmp-overlay /mnt
	fails 125 "'$T/outside'" 'not a directory' -- --overlay-src "$T/outside" \
		--tmp-overlay /mnt
	mkdir "$T/upper/work"
	fails 125 "'$T/upper/work'" 'neither in the other' -- \
		--overlay-src "$T/low" --overlay "$T/upper" "$T/upper/work" /mnt
	fails 125 "'/dev/shm'" 'on the same mount' -- \
		--overlay-src "$T/low" --overlay "$T/upper" /dev/shm /mnt
	does_run --overlay-src "$T/low" --overlay "$T/upper" "$T/work" /mnt
}

@test "a directory with mounts below it is no layer, and is named" {
	run private_host '
		mkdir -p /srv/low/sub /srv/other
		mount -t tmpfs tmpfs /srv/low/sub
		"$SANDBOX" --unshare-user --overlay-src /srv/other \
			--overlay-src /srv/low --ro-overlay /mnt true
		"$SANDBOX" --unshare-user --overlay-src /srv/other \
			--overlay-src /srv/low/sub --ro-overlay /mnt echo works'
	[[ $output == *"mounted below '/srv/low'"*$'\nworks' ]] || show "$output"
}

@test "changes cannot go to what decides about the next run" {
	layers
	mkdir -p "$HOME/.config/sandbox/profiles" "$HOME/other"
	for upper in "$HOME" "$HOME/.config" "$HOME/.config/sandbox/profiles"; do
		fails 125 "'$upper'" "'$HOME/.config/sandbox'" -- \
			--overlay-src "$T/low" --overlay "$upper" "$T/work" /mnt
		fails 125 "'$upper'" "'$HOME/.config/sandbox'" -- \
			--overlay-src "$T/low" --overlay "$T/upper" "$upper" /mnt
	done
	ln -s .config "$HOME/link"
	fails 125 "'$HOME/link'" -- --overlay-src "$T/low" \
		--overlay "$HOME/link" "$T/work" /mnt
	echo 'include default' >"$T/upper/mine.profile"
	fails 125 "'$T/upper/mine.profile'" -- \
		--profile "$T/upper/mine.profile" \
		--overlay-src "$T/low" --overlay "$T/upper" "$T/work" /mnt
	rm "$T/upper/mine.profile"
	does_run --overlay-src "$HOME/.config" --overlay "$HOME/other" "$T/work" \
		/mnt
	[ ! -e "$HOME/.config/sandbox/profiles/x" ]
}

@test "--tmp-size holds for what --tmp-overlay keeps" {
	layers
	sandbox --tmp-size 1M --overlay-src "$T/low" --tmp-overlay /mnt \
		sh -c 'head -c 2000000 /dev/zero >/mnt/big'
	[ "$status" != 0 ]
	grep -q 'No space left' "$T/err"
	works --tmp-size 4M --overlay-src "$T/low" --tmp-overlay /mnt \
		sh -c 'head -c 2000000 /dev/zero >/mnt/big'
}
