#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031,SC2088
# --rootfs and --layer: another root, of one tree or of several.
load helper

# tree DIR: a root with nothing but busybox and a file, and no place for /proc,
# /dev and /tmp.
tree() {
	local name

	mkdir -p "$1/bin" "$1/etc"
	cp "$(command -v busybox)" "$1/bin/busybox"
	for name in sh ls cat rm rmdir mkdir mv touch stat find pwd chmod; do
		ln -s busybox "$1/bin/$name"
	done
	echo image >"$1/etc/name"
	echo gone >"$1/etc/gone"
}

# files DIR NAME...: empty ones.
files() {
	local dir=$1 name

	shift
	for name; do
		mkdir -p "$dir/$(dirname "$name")"
		: >"$dir/$name"
	done
}

# All about directories of $T: to be the same before and after.
picture() {
	(cd "$T" && find "$@" -printf '%p %y %m %s %T@ %C@ %l\n' | sort)
}

unchanged() {
	picture "$@" >"$T/after"
	cmp "$T/before" "$T/after" || show 'a layer was changed'
}

teardown() {
	chmod -R u+rwx "$T" 2>/dev/null || true
}

# --- the root -----------------------------------------------------------------

@test "--rootfs is the root, and does not change" {
	tree "$T/tree"
	picture tree >"$T/before"
	works --rootfs "$T/tree" sh -c '
		cat /etc/name; echo more >>/etc/name; rm /etc/gone; mkdir /new
		chmod 700 /bin; cat /etc/name; ls -d /etc/* /new'
	says $'image\nimage\nmore\n/etc/name\n/new'
	works --rootfs "$T/tree" sh -c 'cat /etc/name; ls /etc'
	says $'image\ngone\nname'
	unchanged tree
}

@test "with --changes what is written to a root is kept" {
	tree "$T/tree"
	picture tree >"$T/before"
	works --rootfs "$T/tree" --changes "$T/kept" sh -c '
		echo more >>/etc/name; rm /etc/gone; mkdir /new; echo >/new/file'
	works --rootfs "$T/tree" --changes "$T/kept" sh -c '
		cat /etc/name; ls -d /etc/* /new/*'
	says $'image\nmore\n/etc/name\n/new/file'
	works --rootfs "$T/tree" sh -c 'cat /etc/name; ls /etc'
	has image gone
	has_not more
	unchanged tree
	# It is of this tree only.
	tree "$T/other"
	works --rootfs "$T/other" --changes "$T/kept" sh -c '
		cat /etc/name; ls /etc'
	says $'image\ngone\nname'
}

@test "of the host only working directory and private home are seen" {
	tree "$T/tree"
	works --rootfs "$T/tree" ./probe list /
	says $'bin\ndev\netc\nproc\nrun\nsys\ntmp\nvar'
	works --rootfs "$T/tree" sh -c 'pwd; ls; ls -A "$HOME"; echo >made
		echo >"$HOME/lost"'
	says "$PROJECT"$'\nprobe\nproject'
	[ -e made ] && [ ! -e "$HOME/lost" ]
	works --rootfs "$T/tree" sh -c 'ls "$HOME/.secret" "$HOME/plain" \
		"$1/outside" /usr /etc/passwd /root 2>/dev/null || :' - "$T"
	says ''
	# The control: it is there.
	[ -e "$HOME/.secret" ] && [ -e "$T/outside" ] && [ -e /etc/passwd ]
	works --rootfs "$T/tree" --workdir none sh -c 'ls -A "$1" "$HOME"' - "$T"
	has home
	has_not probe project tree
}

@test "directives after --rootfs find their place in it" {
	tree "$T/tree"
	files "$T/tree/srv" covered
	mkdir "$T/data" "$T/rw"
	echo data >"$T/data/file"
	works --rootfs "$T/tree" --ro "$T/data" --ro-bind "$T/data" /mnt/data \
		--rw "$T/rw" --tmpfs /srv --hide /etc/name sh -c '
		cat "$1/data/file"; ls /mnt/data /srv; echo x >"$1/rw/x"
		echo x >/srv/x
		cat /etc/name 2>/dev/null || echo hidden
		touch "$1/data/x" 2>/dev/null || echo read-only' - "$T"
	has data file hidden read-only
	has_not covered
	[ -e "$T/rw/x" ] && [ ! -e "$T/data/x" ] && [ ! -e "$T/tree/srv/x" ]
	# Those before it are not seen.
	sandbox --ro /usr --rootfs "$T/tree" ls /usr
	status_is 1
}

@test "a root in the working directory is read-only there" {
	tree tree
	cp -a tree "$T/second"
	works --rootfs tree sh -c '
		touch /etc/x; touch y; ls tree
		touch tree/etc/x 2>/dev/null || echo refused
		rm -r tree 2>/dev/null || echo refused'
	says $'bin\netc\nrefused\nrefused'
	[ -e y ] && [ ! -e tree/etc/x ] && [ -e tree/etc/name ]
	works --rootfs "$T/second" --layer tree sh -c '
		touch tree/etc/x 2>/dev/null || echo refused'
	says refused
	# The control: without it, it is as writable as the rest.
	works --rootfs "$T/second" touch tree/etc/x
	[ -e tree/etc/x ]
}

@test "who works in the root starts at the same place inside" {
	tree "$T/tree"
	cp -a "$T/tree/." .
	works --rootfs . sh -c 'pwd; rm etc/name; touch x'
	says /
	[ -e etc/name ] && [ ! -e x ]
	cd etc
	works --rootfs .. sh -c 'pwd; cat name; rm name'
	says $'/etc\nimage'
	[ -e name ]
}

@test "the home is private also where it has the root in it" {
	tree "$HOME/tree"
	works --rootfs "$HOME/tree" sh -c 'echo x >"$HOME/x"; ls "$HOME"'
	says $'project\nx'
	[ ! -e "$HOME/x" ]
	# A home in the tree is the tree's.
	mkdir "$HOME/tree/root"
	echo >"$HOME/tree/root/.profile"
	home=$HOME
	HOME=$HOME/tree/root
	works --rootfs "$home/tree" --chdir / ls -A /root
	HOME=$home
	says .profile
}

@test "what is no tree is an error" {
	echo >"$T/file"
	fails 125 "no directory '$T/none'" -- --rootfs "$T/none"
	fails 125 "'$T/file' is not a directory" -- --layer "$T/file"
	fails 125 "'/' is the host's own root" '--cow /' -- --rootfs /
	fails 125 'the value is empty' -- --rootfs ''
	tree "$T/tree"
	fails 125 'before --layer' -- --layer "$T/tree" --rootfs "$T/tree"
	fails 125 'in another one of them' -- --layer "$T/tree" \
		--layer "$T/tree/etc"
	does_run --layer "$T/tree" --rw "$PWD"
}

@test "a tree with something mounted below is an error" {
	tree "$T/tree"
	mkdir "$T/tree/mnt"
	anything unshare -Urm sh -c '
		mount -t tmpfs tmpfs "$1/tree/mnt" && exec "$2" --rootfs "$1/tree" ls /' \
		- "$T" "$SANDBOX"
	status_is 125
	complains "mounted below '$T/tree'" 'unmount them first'
	anything unshare -Urm sh -c '
		mount -t tmpfs tmpfs "$1/tree/mnt" && exec "$2" --layer "$1/tree" ls /' \
		- "$T" "$SANDBOX"
	status_is 125
	complains "'$T/tree'" 'unmount them first'
}

@test "symlinks: one to the tree, and those in it" {
	tree "$T/tree"
	ln -s tree "$T/link"
	works --rootfs "$T/link" cat /etc/name
	says image
	# In the tree they lead to what is in the tree, also for mount points.
	mkdir "$T/tree/var" "$T/tree/real"
	ln -s "$T" "$T/tree/var/tmp"
	ln -s /real "$T/tree/tmp"
	ln -s ../../../../../../../real "$T/tree/dev"
	picture tree >"$T/before"
	picture home >"$T/before-home"
	sandbox --rootfs "$T/tree" --workdir none sh -c 'ls -d /real; touch /tmp/x'
	unchanged tree
	cp "$T/before-home" "$T/before"
	unchanged home
}

@test "an empty tree is a root, and gets what a sandbox has" {
	mkdir "$T/empty"
	works --rootfs "$T/empty" --ro-bind "$PROBE" /probe /probe list /
	says $'dev\nprobe\nproc\nrun\nsys\ntmp\nvar'
	works --rootfs "$T/empty" ./probe write /tmp/x x
	works --rootfs "$T/empty" ./probe write /dev/null x
	[ -z "$(ls -A "$T/empty")" ]
}

# --- .wh. ---------------------------------------------------------------------

# shows LAYER... -- NAME...: below /t that is all there is.
shows() {
	local layers=() names

	while [ "$1" != -- ]; do
		layers+=(--layer "$1")
		shift
	done
	shift
	names=$(printf '%s\n' "$@" | sort)
	works --rootfs "$T/tree" "${layers[@]}" sh -c '
		cd /t && find . ! -name .'
	output=$(LC_ALL=C sort <<<"${output//.\/}")
	says "$(LC_ALL=C sort <<<"$names")"
}

@test ".wh.NAME deletes NAME of the layers below" {
	tree "$T/tree"
	files "$T/tree/t" a b d/e d/f k
	files "$T/1/t" .wh.a d/.wh.e new
	files "$T/2/t" .wh.d .wh.none
	picture tree 1 2 >"$T/before"
	shows "$T/1" -- b d d/f k new
	shows "$T/2" -- a b k
	shows "$T/1" "$T/2" -- b k new
	shows "$T/2" "$T/1" -- b k d new
	unchanged tree 1 2
	# The tree of --rootfs is no layer: what it has is there.
	files "$T/tree/t" .wh.k
	shows -- a b d d/e d/f k .wh.k
}

@test ".wh..wh..opq hides all that is below in its directory" {
	tree "$T/tree"
	files "$T/tree/t" a d/e d/s/f k
	files "$T/1/t" d/.wh..wh..opq d/s/g d/h d/s/.wh.f d/.wh.e
	files "$T/2/t" d/i
	shows "$T/1" -- a d d/h d/s d/s/g k
	shows "$T/1" "$T/2" -- a d d/h d/s d/s/g d/i k
	shows "$T/2" "$T/1" -- a d d/h d/s d/s/g k
	# Of the layer itself: nothing below it is there.
	tree "$T/3"
	files "$T/3" .wh..wh..opq t/only
	shows "$T/1" "$T/3" -- only
	works --rootfs "$T/tree" --layer "$T/3" --layer "$T/2" sh -c 'find /t'
	has /t/only /t/d/i
	has_not /t/k
}

@test "what a layer deletes and has is its own" {
	tree "$T/tree"
	files "$T/tree/t" f d/old d/s/old
	files "$T/1/t" .wh.f f .wh.d d/new
	echo new >"$T/1/t/f"
	shows "$T/1" -- f d d/new
	works --rootfs "$T/tree" --layer "$T/1" cat /t/f
	says new
	# A deletion in the layer above is about that too.
	files "$T/2/t" .wh.f d/.wh.new
	shows "$T/1" "$T/2" -- d
}

@test "no marker is ever seen, nor one that says nothing" {
	tree "$T/tree"
	files "$T/tree/t" a b .wh.b
	files "$T/1/t" .wh. .wh.. .wh... .wh..wh. .wh..wh.plnk .wh..wh.aufs \
		.wh..wh..opq2 .wh..x x
	mkdir "$T/1/t/.wh.dir" "$T/1/t/.wh..wh.orph"
	files "$T/1/t/.wh..wh.orph" .wh.a a
	ln -s / "$T/1/t/.wh.link"
	mkfifo "$T/1/t/.wh.fifo"
	shows "$T/1" -- a b .wh.b x
	works --rootfs "$T/tree" --layer "$T/1" sh -c '
		cat /t/.wh.. /t/.wh.link/etc/name 2>/dev/null || echo none'
	says none
	# Alone, too, and as the lowest.
	cp -a "$T/tree/bin" "$T/1/"
	works --layer "$T/1" ls -A /t
	says x
	works --layer "$T/1" --layer "$T/tree" ls -A /t
	says $'a\nb\nx'
}

@test "mode and times of directories are those of the layer" {
	tree "$T/tree"
	files "$T/tree/t" a
	files "$T/1/t" d/e/.wh.x f/.wh..wh..opq
	chmod 2751 "$T/1/t/d"
	chmod 1777 "$T/1/t/d/e"
	chmod 700 "$T/1/t" "$T/1/t/f"
	touch -d @1000000001 "$T/1/t/d/e"
	touch -d @1000000002 "$T/1/t/d"
	touch -d @1000000003 "$T/1/t"
	works --rootfs "$T/tree" --layer "$T/1" stat -c '%a %Y %n' \
		/t /t/d /t/d/e /t/f
	has '700 1000000003 /t' '2751 1000000002 /t/d' '1777 1000000001 /t/d/e'
	matches '^700 [0-9]+ /t/f$'
	# They are not those of our own layers for what only this one deletes.
	mkdir -p "$T/2/t"
	chmod 711 "$T/2/t"
	touch -d @1000000004 "$T/2/t"
	works --rootfs "$T/tree" --layer "$T/1" --layer "$T/2" stat \
		-c '%a %Y %n' /t /t/d
	says $'711 1000000004 /t\n2751 1000000002 /t/d'
	if is_root; then
		# Another's is not the caller's to write in.
		chown 64124 "$T/1/t/d"
		chmod 777 "$T/1/t/d"
		works --rootfs "$T/tree" --layer "$T/1" stat -c %a /t/d
		says 2555
	fi
}

@test "hostile layers: odd names, symlinks for directories" {
	tree "$T/tree"
	files "$T/tree/t" $'a\nb' '*' d/x keep/x
	echo kept >"$T/kept"
	mkdir "$T/1"
	files "$T/1/t" $'.wh.a\nb' '.wh.*' $'.wh.\xff' '.wh.,lowerdir=:x'
	# Where one has a directory, another has a symlink out of it.
	ln -s keep "$T/1/t/link"
	ln -s "$T" "$T/1/t/out"
	files "$T/2/t" link/.wh.x out/.wh.kept d/.wh.x
	ln -s / "$T/3-root"
	mkdir -p "$T/3/t"
	ln -s keep "$T/3/t/d"
	shows "$T/1" -- d d/x keep keep/x link out
	shows "$T/1" "$T/2" -- d keep keep/x link out
	shows "$T/2" "$T/1" -- d keep keep/x link out
	shows "$T/3" "$T/2" -- $'a\nb' '*' d keep keep/x link out
	shows "$T/2" "$T/3" -- $'a\nb' '*' d keep keep/x link out
	[ "$(cat "$T/kept")" = kept ]
	# Deep, and still found.
	deep=t$(printf '/d%.0s' {1..200})
	files "$T/tree/$deep" gone stays
	files "$T/4/$deep" .wh.gone
	works --rootfs "$T/tree" --layer "$T/4" ls "/$deep"
	says stays
}

@test "a directory that cannot be listed in a layer is an error" {
	tree "$T/tree"
	files "$T/1/t" d/.wh.x
	works --rootfs "$T/tree" --layer "$T/1" ls /t
	if is_root; then
		chown 64124 "$T/1/t/d"
		chmod 711 "$T/1/t/d"
	else
		# One's own is opened all the same, as inside.
		chmod 000 "$T/1/t/d"
		works --rootfs "$T/tree" --layer "$T/1" ls /t
		skip 'takes a directory of another user; the pass as root makes one'
	fi
	fails 125 "'t/d'" "'$T/1'" 'Permission denied' -- --rootfs "$T/tree" \
		--layer "$T/1"
}

@test "as many layers as overlayfs takes, and an error from there on" {
	local i layers=()

	tree "$T/tree"
	for i in {1..49}; do
		files "$T/l$i/t" "f$i"
		layers+=(--layer "$T/l$i")
	done
	works --rootfs "$T/tree" "${layers[@]}" ls /t
	has f1 f49
	sandbox --rootfs "$T/tree" "${layers[@]}" --layer "$T/l1" ls /t
	status_is 125 && complains 'more than 50 layers'
	# Those with markers take one more each.
	for i in {1..25}; do
		files "$T/l$i/t" .wh.none
	done
	works --rootfs "$T/tree" "${layers[@]:0:48}" ls /t
	has f24
	sandbox --rootfs "$T/tree" "${layers[@]:0:50}" ls /t
	status_is 125 && complains 'more than 50 layers'
}

@test "a kept layer is one of the layers of another root" {
	tree "$T/tree"
	mkdir "$T/tree/d"
	files "$T/tree/d" a b
	works --rootfs "$T/tree" --changes "$T/kept" sh -c '
		rm /etc/gone; rm -r /d; mkdir /d; echo >/d/c; echo kept >/etc/name'
	works --rootfs "$T/tree" --layer "$T/kept/0/upper" sh -c '
		cat /etc/name; ls /etc; ls /d; echo >/d/x'
	says $'kept\nname\nc'
	not [ -e "$T/kept/0/upper/d/x" ]
}

@test "changes above layers with markers are kept" {
	tree "$T/tree"
	files "$T/tree/t" a b
	files "$T/1/t" .wh.a
	works --rootfs "$T/tree" --layer "$T/1" --changes "$T/kept" sh -c '
		ls /t; echo new >/t/a; rm /t/b'
	says b
	works --rootfs "$T/tree" --layer "$T/1" --changes "$T/kept" sh -c '
		ls /t; cat /t/a'
	says $'a\nnew'
	find "$T/kept/0/upper" -name '.wh.*' | not grep .
	mkdir "$T/2"
	fails 125 "'$T/kept' belongs to other layers" -- --rootfs "$T/2" \
		--layer "$T/1" --changes "$T/kept"
	fails 125 "'$T/kept' belongs to other layers" -- --layer "$T/tree" \
		--layer "$T/2" --layer "$T/1" --changes "$T/kept"
	fails 125 "'$T/kept' belongs to other layers" -- --layer "$T/1" \
		--changes "$T/kept"
	does_run --rootfs "$T/tree" --layer "$T/1" --changes "$T/kept"
}
