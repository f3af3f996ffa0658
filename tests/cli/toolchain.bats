#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2028
# The profile gcc does what it is for.
load helper

program() {
	cat >hello.c <<-'C'
		#include <stdio.h>
		#include <stdlib.h>
		int main(int argc, char **argv)
		{
			char *p = malloc((size_t)argc);
			printf("hello from %s\n", p ? argv[0] : "nowhere");
			free(p);
			return 0;
		}
	C
}

@test "gcc compiles a program and the sandbox runs it" {
	command -v gcc
	program
	works --profile gcc gcc -Wall -O2 -o hello hello.c
	[ -x hello ]
	[ "$(stat -c %u hello)" = "$(id -u)" ]
	works --profile gcc ./hello
	says 'hello from ./hello'
	works ./hello
	says 'hello from ./hello'
}

@test "a compiler's complaint and status are passed on" {
	echo 'int main(void) { return x; }' >bad.c
	sandbox --profile gcc gcc -o bad bad.c
	status_is 1
	grep -q 'bad.c:1:.*undeclared' "$T/err"
	not grep -q '^sandbox:' "$T/err"
}

@test "make and a C++ compiler work, in parallel too" {
	command -v g++ && command -v make
	cat >Makefile <<-'END'
		all: a b c
		%: %.cc ; g++ -o $@ $<
	END
	for name in a b c; do
		echo '#include <iostream>
int main() { std::cout << "'$name'\n"; }' >$name.cc
	done
	works --profile gcc make -s -j2
	works --profile gcc ./b
	says b
}

@test "a program that crashes says so" {
	printf 'int main(void) { *(volatile int *)0 = 1; }\n' >crash.c
	works --profile gcc gcc -o crash crash.c
	sandbox --profile gcc ./crash
	status_is 139
	complains './crash' 'Segmentation fault'
	[ -z "$(find . -name 'core*')" ]
}

@test "headers and libraries of /usr/local are found" {
	run private_host '
		mkdir -p /usr/local/include
		echo "#define ANSWER 42" >/usr/local/include/answer-of-test.h
		printf "#include <answer-of-test.h>\nint main(void) { return ANSWER; }\n" >a.c
		"$SANDBOX" --profile gcc gcc -o a a.c && "$SANDBOX" --profile gcc ./a'
	[ "$status" = 42 ]
}

@test "the environment of compilers and make is passed" {
	CC=gcc CFLAGS=-O2 MAKEFLAGS=-s CPATH=/x LIBRARY_PATH=/y CCACHE_DIR=/z \
		GCC_COLORS=1 TOKEN=x \
		works --profile gcc ./probe env
	has CC=gcc CFLAGS=-O2 MAKEFLAGS=-s CPATH=/x LIBRARY_PATH=/y \
		CCACHE_DIR=/z GCC_COLORS=1
	has_not TOKEN=x
}

@test "the cache of ccache is not shown, unless it is asked for" {
	mkdir -p "$HOME/.cache/ccache"
	works --profile gcc ./probe stat "$HOME/.cache/ccache"
	says ENOENT
	works --profile gcc --rw "$HOME/.cache/ccache" \
		./probe write "$HOME/.cache/ccache/entry" x
	[ "$(cat "$HOME/.cache/ccache/entry")" = x ]
}

@test "ccache itself works" {
	command -v ccache || return 0
	program
	works --profile gcc ccache gcc -c hello.c
	works --profile gcc ccache --show-stats
}

@test "a debugger works on the sandbox's own processes" {
	command -v gdb || return 0
	program
	works --profile gcc gcc -g -o hello hello.c
	sandbox --profile gcc gdb -q -batch -ex run -ex 'info program' ./hello
	matches 'hello from'
}

@test "strace works on the sandbox's own processes" {
	command -v strace || return 0
	sandbox --profile gcc strace -o trace ./probe exit 3
	status_is 3
	grep -q 'exited with 3' trace
}
