#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Completion, in the real shells, in a terminal: text is typed, Tab pressed, and
# the last line of the screen that holds the prompt is read.

setup() {
	command -v tmux >/dev/null || skip "tmux is not installed"
	# beside the tests, where tests/cli/run copied them, or in the tree
	for completions in "$BATS_TEST_DIRNAME"/../{,../}completions; do
		[ ! -d "$completions" ] || break
	done
	[ -d "$completions" ] || skip "no completions beside the tests"
	completions=$(realpath "$completions")
	dir=$(mktemp -d "${BATS_TEST_TMPDIR:-/tmp}/completion.XXXXXX")
	socket=$dir/tmux
	mkdir "$dir/bin" "$dir/home" "$dir/work"
	: >"$dir/work/visible-file"
	ln -s "$SANDBOX" "$dir/bin/sandbox"
	printf '#!/bin/sh\n' >"$dir/bin/zzz-command"
	chmod +x "$dir/bin/zzz-command"
}

teardown() {
	# bats removes the directory; fish may still be writing there.
	[ ! -S "$socket" ] || terminal kill-server
}

terminal() {
	env -u TMUX tmux -S "$socket" -f /dev/null "$@"
}

# Waits up to 10 s for a line that matches, and prints the screen.
wait_for() {
	local i screen
	for ((i = 0; i < 100; i++)); do
		screen=$(terminal capture-pane -p)
		if grep -Eq -- "$1" <<<"$screen"; then
			return 0
		fi
		sleep 0.1
	done
	printf 'waited for: %s\nthe screen:\n%s\n' "$1" "$screen"
	return 1
}

# start SHELL: an empty line behind the prompt "ready> ", sandbox in PATH.
start() {
	local setup
	command -v "$1" >/dev/null || skip "$1 is not installed"
	case $1 in
	bash)
		set -- bash --norc --noprofile
		setup=". '$completions/bash'; PS1='ready> '"
		;;
	zsh)
		mkdir "$dir/functions"
		ln -s "$completions/zsh" "$dir/functions/_sandbox"
		set -- zsh -f
		setup="fpath=('$dir/functions' \$fpath); autoload -U compinit
			compinit -u -D; PS1='ready> '"
		;;
	fish)
		set -- fish
		setup="source '$completions/fish'
			function fish_prompt; echo -n 'ready> '; end
			function fish_greeting; end; set fish_greeting"
		;;
	esac
	printf '%s\n' "$setup" >"$dir/setup"
	terminal new-session -d -x 100 -y 30 -c "$dir/work" \
		env HOME="$dir/home" PATH="$dir/bin:$PATH" "$@"
	terminal send-keys " . '$dir/setup'; clear" Enter
	wait_for '^ready> *$'
}

# completes TYPED RESULT: RESULT, a pattern, is what the line reads after Tab.
completes() {
	terminal send-keys C-u
	wait_for '^ready> *$'
	terminal send-keys -l "$1"
	terminal send-keys Tab
	wait_for "^ready> $2 *\$"
}

everything() {
	completes 'sandbox --keep-f' 'sandbox --keep-fd=?'
	completes 'sandbox --profile gc' 'sandbox --profile gcc'
	completes 'sandbox -p gc' 'sandbox -p gcc'
	completes 'sandbox --workdir n' 'sandbox --workdir none'
	completes 'sandbox --workdir=n' 'sandbox --workdir=none'
	completes 'sandbox --rlimit nof' 'sandbox --rlimit nofile='
	completes 'sandbox --ro vis' 'sandbox --ro visible-file'
	completes 'sandbox --ro=vis' 'sandbox --ro=visible-file'
	completes 'sandbox --bind / vis' 'sandbox --bind / visible-file'
	completes 'sandbox --list opt' 'sandbox --list options'
	completes 'sandbox --list syscall-g' 'sandbox --list syscall-groups'
	completes 'sandbox --list @moun' 'sandbox --list @mounts'
	completes 'sandbox --format b' 'sandbox --format bpf'
	completes 'sandbox --syscalls-arch x' 'sandbox --syscalls-arch x86'
	completes 'sandbox --cap-add CAP_NET_RA' 'sandbox --cap-add CAP_NET_RAW'
	completes 'sandbox --cap-drop AL' 'sandbox --cap-drop ALL'
	completes 'sandbox --syscalls-deny getcw' \
		'sandbox --syscalls-deny getcwd'
	completes 'sandbox --syscalls-allow @handl' \
		'sandbox --syscalls-allow @handles'
	completes 'sandbox --syscalls-allow @al' 'sandbox --syscalls-allow @all'
	completes 'sandbox --syscalls-default EN' \
		'sandbox --syscalls-default ENOSYS'
	completes 'sandbox --syscalls-answer k' 'sandbox --syscalls-answer kill'
	completes 'sandbox --syscalls-answer kill getcw' \
		'sandbox --syscalls-answer kill getcwd'
}

# After the command's name, and after --, options are not sandbox's any more.
the_command() {
	completes 'sandbox zzz-c' 'sandbox zzz-command'
	completes 'sandbox --bind / / zzz-c' 'sandbox --bind / / zzz-command'
	completes 'sandbox --syscalls-answer kill @keys zzz-c' \
		'sandbox --syscalls-answer kill @keys zzz-command'
	completes 'sandbox --rlimit nofile=9 zzz-c' \
		'sandbox --rlimit nofile=9 zzz-command'
	completes 'sandbox --dry-run -- zzz-c' \
		'sandbox --dry-run -- zzz-command'
	completes 'sandbox zzz-command vis' 'sandbox zzz-command visible-file'
	completes 'sandbox zzz-command --keep-f' \
		'sandbox zzz-command --keep-f'
}

@test "bash completes options and their values" {
	start bash
	everything
}

@test "bash completes the command" {
	start bash
	the_command
}

@test "bash completes the command with its own completion" {
	local f=/usr/share/bash-completion/bash_completion
	[ -r "$f" ] || skip "bash-completion is not installed"
	start bash
	terminal send-keys -l " . $f; complete -W own-word zzz-command"
	terminal send-keys Enter
	completes 'sandbox --dry-run zzz-command own' \
		'sandbox --dry-run zzz-command own-word'
}

@test "zsh completes options and their values" {
	start zsh
	everything
}

@test "zsh completes the command with its own completion" {
	start zsh
	the_command
	terminal send-keys C-u
	terminal send-keys -l \
		'_zzz() { compadd own-word }; compdef _zzz zzz-command'
	terminal send-keys Enter
	completes 'sandbox --dry-run zzz-command own' \
		'sandbox --dry-run zzz-command own-word'
}

@test "fish completes options and their values" {
	start fish
	everything
}

@test "fish completes the command with its own completion" {
	start fish
	the_command
	terminal send-keys C-u
	terminal send-keys -l 'complete -c zzz-command -f -a own-word'
	terminal send-keys Enter
	completes 'sandbox --dry-run zzz-command own' \
		'sandbox --dry-run zzz-command own-word'
}

@test "bash offers every option of the table" {
	local n
	n=$("$SANDBOX" --list options | wc -l)
	[ "$n" -gt 50 ]
	start bash
	# shellcheck disable=SC2016 # for the shell in the terminal
	terminal send-keys -l 'COMP_WORDS=(sandbox --) COMP_CWORD=1
COMP_LINE="sandbox --" COMP_POINT=10
_sandbox sandbox; echo n=${#COMPREPLY[@]}
'
	# all that begin with --
	wait_for "^n=$n\$"
}
