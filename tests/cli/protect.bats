#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What confines the next run is out of reach of this one.
#
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats, helper.bash

load helper

# cannot SCRIPT: each line fails inside, with all of the home writable.
cannot() {
	local line

	while IFS= read -r line; do
		[ -n "$line" ] || continue
		sandbox "${with[@]}" sh -c "cd; $line"
		[ "$status" != 0 ] && [ "$status" != 125 ] ||
			show "succeeds inside: $line" || return 1
	done <<<"$1"
}

setup_home() {
	with=(--rw "$HOME")
}

@test "a missing directory of profiles is made, empty, and stays so" {
	setup_home
	cannot '
		mkdir .config/sandbox/profiles
		touch .config/sandbox/x
		mv .config/sandbox x
		rmdir .config/sandbox
		mv .config x
		rm -r .config'
	[ "$(cd "$HOME" && find .config)" = $'.config\n.config/sandbox' ]
	# Beside it everything is as it was.
	works "${with[@]}" sh -c 'cd; touch .config/other; mv .config/other y'
	[ -e "$HOME/y" ]
}

@test "--no-create makes nothing and says so" {
	fails 125 .config/sandbox --no-create -- --no-create --rw "$HOME"
	[ ! -e "$HOME/.config" ]
	mkdir -p "$HOME/.config/sandbox"
	does_run --no-create --rw "$HOME"
}

@test "nothing is made where nothing could be made inside" {
	works --ro "$HOME" true
	works true
	[ ! -e "$HOME/.config" ]
	mkdir "$HOME/.config"
	works --workdir rw true
	[ ! -e "$HOME/.config/sandbox" ]
}

@test "profiles that are there are read-only, at every place" {
	setup_home
	mkdir -p "$HOME/.config/sandbox/profiles"
	echo 'include default' >"$HOME/.config/sandbox/profiles/mine.profile"
	with+=(--bind "$HOME/.config" /conf --bind "$HOME/.config/sandbox" /own)
	cannot '
		echo rw / >>.config/sandbox/profiles/mine.profile
		rm .config/sandbox/profiles/mine.profile
		touch .config/sandbox/profiles/default.profile
		mv .config/sandbox/profiles x
		mv .config x
		touch /conf/sandbox/x
		mv /conf/sandbox /conf/x
		touch /own/profiles/x
		rm -r /own/profiles'
	[ "$(cat "$HOME/.config/sandbox/profiles/mine.profile")" = 'include default' ]
}

@test "XDG_CONFIG_HOME says where they are" {
	export XDG_CONFIG_HOME=$HOME/conf
	setup_home
	cannot 'touch conf/sandbox/x
		mv conf x'
	[ -d "$HOME/conf/sandbox" ]
}

@test "a symlink on the way stays what it is" {
	setup_home
	mkdir -p "$HOME/dots/conf/sandbox/profiles"
	ln -s dots/conf "$HOME/.config"
	cannot '
		touch .config/sandbox/x
		touch dots/conf/sandbox/x
		rm .config
		mv .config x
		ln -sfn /tmp .config
		mv dots x
		mv dots/conf x'
	[ "$(readlink "$HOME/.config")" = dots/conf ]
}

@test "a profile given by path cannot be changed, nor what it includes" {
	mkdir sub
	echo 'include ./more.inc' >sub/my.profile
	echo 'include default' >sub/more.inc
	with=(--profile sub/my.profile)
	cannot 'cd project; echo rw / >>sub/my.profile
		cd project; echo rw / >>sub/more.inc
		cd project; rm sub/my.profile
		cd project; mv sub/my.profile x
		cd project; echo >x; mv x sub/my.profile
		cd project; mv sub x'
	works "${with[@]}" touch sub/other
	[ -e sub/other ]
	[ "$(cat sub/my.profile)" = 'include ./more.inc' ]
}

@test "the binary in the working directory cannot be changed" {
	local original=$SANDBOX

	mkdir bin
	cp "$SANDBOX" bin/box
	SANDBOX=$PWD/bin/box
	with=()
	cannot 'cd project; : >>bin/box
		cd project; rm bin/box
		cd project; cp /bin/true x; mv x bin/box
		cd project; mv bin x'
	# Also for who appears as root inside.
	with=(--map-root)
	cannot 'cd project; : >>bin/box
		cd project; chmod u+w bin/box'
	cmp bin/box "$original"
}

@test "a working directory among the profiles is read-only" {
	mkdir -p "$HOME/.config/sandbox/profiles"
	cd "$HOME/.config/sandbox/profiles"
	with=()
	sandbox touch x
	status_is 1
	[ ! -e x ]
}

@test "what is closed to the caller cannot be opened for the next run" {
	mkdir -p "$HOME/.config/sandbox"
	is_root && skip 'nothing is closed to root'
	chmod 0 "$HOME/.config"
	fails 125 .config/sandbox 'Permission denied' -- --rw "$HOME"
	chmod 700 "$HOME/.config"
	does_run --rw "$HOME"
}

@test "a file that include-try looked for cannot be made" {
	echo 'include-try ./local.profile' >my.profile
	echo 'include default' >>my.profile
	with=(--profile ./my.profile)
	cannot 'cd project; echo rw / >local.profile
		cd project; rm local.profile
		cd project; echo >x; mv x local.profile'
	[ -e local.profile ] && [ ! -s local.profile ]
	rm local.profile
	fails 125 local.profile --no-create -- "${with[@]}" --no-create
}

@test "a symlink to the binary stays what it is" {
	cp "$SANDBOX" box-1
	ln -s box-1 box
	SANDBOX=$PWD/box
	with=()
	cannot 'cd project; rm box
		cd project; ln -sf /bin/true box
		cd project; mv box x
		cd project; : >>box-1'
}

@test "what symlinks among the profiles lead to cannot be changed" {
	setup_home
	mkdir -p "$HOME/.config/sandbox" "$HOME/dot/profiles"
	ln -s ../../dot/profiles "$HOME/.config/sandbox/profiles"
	cannot 'touch dot/profiles/default.profile
		mv dot/profiles x
		mv dot x'
	rm "$HOME/.config/sandbox/profiles"
	mkdir "$HOME/.config/sandbox/profiles"
	echo 'include default' >"$HOME/dot/my.profile"
	ln -s ../../../dot/my.profile "$HOME/.config/sandbox/profiles/my.profile"
	cannot 'echo rw / >dot/my.profile
		mv dot/my.profile x
		rm dot/my.profile'
	# Also where only that directory is shown.
	cd "$HOME/dot"
	with=()
	cannot "cd '$HOME/dot'; echo rw / >my.profile"
}

@test "a directory of another's in one's own cannot be moved away" {
	is_root || skip 'makes directories for two users'
	local place

	place=$(mktemp -d /var/tmp/sandbox-protect.XXXXXX)
	mkdir "$place/conf"
	echo 'include default' >"$place/conf/p.profile"
	chown 64123:64123 "$place"
	cd "$place"
	anything setpriv --reuid 64123 --regid 64123 --clear-groups \
		"$SANDBOX" --profile ./conf/p.profile sh -c 'mv conf x'
	rm -rf "$place"
	[ "$status" = 1 ] || show 'it was moved' || return 1
	[[ $stderr == *busy* ]]
}

@test "what is hidden or covered is protected all the same" {
	# hidden before it exists
	with=(--rw "$HOME" --hide "$HOME/.config")
	cannot 'mkdir .config/sandbox/profiles
		mv .config x'
	rm -r "$HOME/.config"
	# a symlink that something is mounted on stays a symlink
	mkdir -p "$HOME/dot/config/sandbox"
	ln -s dot/config "$HOME/.config"
	with=(--rw "$HOME" --tmpfs "$HOME/.config")
	cannot 'rm .config
		ln -sfn x .config'
	with=(--rw "$HOME" --ro-bind "$HOME/.config" "$HOME/.config")
	cannot 'rm .config'
	with=(--rw "$HOME" --hide "$HOME/.config/sandbox")
	cannot 'touch .config/sandbox/x
		rm .config'
}

@test "the place that holds when XDG_CONFIG_HOME is not set holds always" {
	export XDG_CONFIG_HOME=$HOME/conf
	setup_home
	cannot 'mkdir .config/sandbox/profiles
		mv .config x'
	export XDG_CONFIG_HOME=$HOME/gone/../conf
	fails 125 "'..' after what does not exist" -- --rw "$HOME"
}

@test "by another name of the same directory it is protected too" {
	is_root || skip 'mounts a directory a second time'
	mkdir "$T/again"
	anything unshare -m bash -euc '
		mount --bind "$HOME" "$1/again"
		! "$0" --rw "$1/again" mkdir "$1/again/.config/sandbox/x"
		! "$0" --rw "$1/again" mv "$1/again/.config" "$1/again/x"
		test -d "$HOME/.config/sandbox"' "$SANDBOX" "$T"
	status_is 0
}

@test "a file where the directory should be stays a file" {
	echo x >"$HOME/.config"
	setup_home
	cannot 'rm .config
		mv .config x'
	[ -f "$HOME/.config" ]
}

@test "a disk that is full is an error, not a way round" {
	is_root || skip 'mounts a file system'
	anything unshare -m bash -euc '
		mount -t tmpfs -o size=4k,nr_inodes=1 tmpfs "$HOME"
		cd /
		status=0
		"$0" --rw "$HOME" touch /tmp/ran || status=$?
		exit "$status"' "$SANDBOX"
	status_is 125
	complains .config 'No space left'
}

@test "a symlink among the profiles that leads to nothing is an error" {
	mkdir -p "$HOME/.config/sandbox/profiles"
	ln -s "$PROJECT/site.profile" "$HOME/.config/sandbox/profiles/site.profile"
	fails 125 site.profile 'does not exist' -- --workdir auto
	# Of other names nothing is read.
	mv "$HOME/.config/sandbox/profiles/"{site.profile,other}
	works touch new
	rm "$HOME/.config/sandbox/profiles/other"
	# A directory is made, as it says nothing when it is empty.
	rmdir "$HOME/.config/sandbox/profiles"
	ln -s "$PROJECT/profiles" "$HOME/.config/sandbox/profiles"
	with=()
	cannot 'mkdir project/profiles
		touch project/profiles/site.profile
		mv project/profiles x'
}

@test "with XDG_CONFIG_HOME set, symlinks below ~/.config count too" {
	mkdir -p "$HOME/.config/sandbox/profiles"
	echo 'hint x' >site.profile
	ln -s "$PROJECT/site.profile" "$HOME/.config/sandbox/profiles/site.profile"
	export XDG_CONFIG_HOME=/nonexistent
	with=()
	cannot 'cd project; echo share-net >site.profile
		cd project; mv site.profile x'
}

@test "one's own directory that is closed and cannot be opened is an error" {
	is_root || skip 'gives a directory to another group'
	local place

	place=$(mktemp -d /var/tmp/sandbox-protect.XXXXXX)
	mkdir -p "$place/.config"
	chown -R 64123:64123 "$place"
	chgrp users "$place/.config"
	chmod 555 "$place/.config"
	cd "$place"
	anything env HOME="$place" setpriv --reuid 64123 --regid 64123 \
		--clear-groups "$SANDBOX" --rw "$place" touch "$place/ran"
	[ ! -e "$place/ran" ]
	rm -rf "$place"
	status_is 125
	complains 'stage mounts' .config/sandbox 'Permission denied'
}

@test "what covers a place, and what is read-only over it, is left alone" {
	mkdir -p "$HOME/.config/sandbox/profiles" "$HOME/box"
	works --rw "$HOME" --hide "$HOME/.config" true
	works --rw "$HOME" --ro-bind /etc "$HOME/.config" true
	works --profile none --bind / / --ro-bind /usr /tmp /usr/bin/true
	works --profile none --bind / / --bind "$HOME/box" "$HOME" true
	[ -z "$(ls -A "$HOME/box")" ]
}

@test "the executable may be called by a descriptor" {
	anything bash -c 'exec 5<"$0"; exec /dev/fd/5 "$@"' "$SANDBOX" \
		--profile none --bind / / --dev /dev --proc /proc --unshare-pid \
		echo here
	status_is 0
	says here
}

# --- what the user protects ---------------------------------------------------

# in_project SCRIPT: as cannot, in the working directory, with what $with says.
in_project() {
	local line

	while IFS= read -r line; do
		[ -n "$line" ] || continue
		sandbox "${with[@]}" sh -c "$line"
		[ "$status" != 0 ] && [ "$status" != 125 ] ||
			show "succeeds inside: $line" || return 1
	done <<<"$1"
}

@test "--protect holds what is there, and its names" {
	local attacks='
		echo x >>.git/hooks/pre-commit
		touch .git/hooks/post-checkout
		rm .git/hooks/pre-commit
		mv .git/hooks x
		mv .git x
		rm -r .git/hooks
		ln -sfn /tmp .git/hooks && test -L .git/hooks'
	mkdir -p .git/hooks
	echo ours >.git/hooks/pre-commit
	# The control: read-only alone, and the name is moved away.
	works --ro .git/hooks sh -c 'mv .git x && mkdir -p .git/hooks &&
		echo theirs >.git/hooks/pre-commit'
	[ "$(cat .git/hooks/pre-commit)" = theirs ]
	rm -r .git
	mv x .git
	with=(--protect .git/hooks)
	in_project "$attacks"
	# Wherever in the order it is said, and by other names too.
	with=(--protect .git/hooks --rw "$PROJECT/.git" --bind "$HOME" /h)
	in_project "$attacks"
	in_project 'touch /h/project/.git/hooks/x
		mv /h/project /h/x'
	[ "$(find .git -type f -exec cat {} +)" = ours ]
	# Beside it everything is as it was.
	works --protect .git/hooks sh -c 'echo ok >.git/HEAD; mv .git/HEAD .git/h'
}

@test "--protect holds a file, and a symlink by what it leads to" {
	mkdir real
	echo ours | tee file real/file >/dev/null
	ln -s real link
	with=(--protect file --protect link/file)
	in_project 'echo x >>file
		mv file x
		rm file
		echo x >>real/file
		mv real x
		rm real/file'
	[ "$(cat file real/file)" = $'ours\nours' ]
}

@test "what is missing is made by --protect, and not by --protect-try" {
	works --protect-try missing sh -c 'mkdir missing; rmdir missing'
	[ ! -e missing ]
	with=(--protect a/missing)
	in_project 'touch a/missing/x
		mv a x
		rmdir a/missing'
	[ "$(find a)" = $'a\na/missing' ]
	fails 125 b/missing 'it was to be protected' -- \
		--no-create --protect b/missing
	[ ! -e b ]
	# Where nothing could be made, nothing is.
	works --workdir ro --protect c true
	[ ! -e c ]
}
