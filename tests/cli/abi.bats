#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Programs for 32-bit x86, and the other numbers of system calls. A few lines of
# assembler: no 32-bit C library is needed.
#
# shellcheck disable=SC2030,SC2031,SC2154 # bats, helper.bash

load helper

# asm NAME: a static i386 program of standard input.
asm() {
	as --32 -o "$1.o" - && ld -m elf_i386 -o "$1" "$1.o"
}

setup_file() {
	[ "$(uname -m)" = x86_64 ] || skip 'not x86-64'
}

# Says "hi", then makes the call in eax (ebx, ecx) and ends with its errno.
greeter() {
	asm "$1" <<-END
		.globl _start
	_start:	mov \$4, %eax
		mov \$1, %ebx
		mov \$text, %ecx
		mov \$3, %edx
		int \$0x80
		mov \$$2, %eax
		mov \$$3, %ebx
		mov \$$4, %ecx
		int \$0x80
		neg %eax
		mov %eax, %ebx
		mov \$1, %eax
		int \$0x80
		.data
	text:	.ascii "hi\n"
	END
}

@test "a 32-bit program is ended, and --explain says why" {
	greeter x 20 0 0
	anything ./x
	says hi
	sandbox ./x
	status_is 159
	says ''
	complains "'./x' was ended by the filter" '--explain'
	sandbox --explain ./x
	status_is 159
	says ''
	[[ $stderr == *'refused write (x, 1 time): it is a 32-bit program; allow'*\
'--syscalls-arch x86'* ]]
}

@test "--syscalls-arch x86 lets it run, under the same rules" {
	greeter pid 20 0 0
	sandbox --syscalls-arch x86 ./pid
	says hi
	# socketcall and ipc: ENOSYS; ptrace, unshare(CLONE_NEWUSER): EPERM;
	# clone(CLONE_NEWUSER): EPERM; socket(AF_ALG): EPERM; clone3: ENOSYS
	local call
	for call in '102 1 0 38' '117 1 0 38' '26 0 0 1' '310 0x10000000 0 1' \
		'120 0x10000011 0 1' '359 38 1 1' '435 0 0 38' '21 0 0 1'; do
		# shellcheck disable=SC2086 # words on purpose
		set -- $call
		greeter call "$1" "$2" "$3"
		sandbox --syscalls-arch x86 ./call
		status_is "$4"
		says hi
	done
}

@test "32-bit calls with arguments in memory do not get past conditions" {
	local rules=(--profile none --bind / / --syscalls-arch x86)

	# old mmap, nr 90: ENOSYS once a rule looks at what mmap does
	greeter map 90 0 0
	sandbox "${rules[@]}" --syscalls-deny ptrace ./map
	status_is 14 # EFAULT: the kernel looked at it
	sandbox "${rules[@]}" --syscalls-deny 'mmap(prot & 6 == 6)' ./map
	status_is 38
	# socketcall(SYS_SOCKET), with nothing at its arguments' address
	greeter net 102 1 0
	sandbox "${rules[@]}" --syscalls-deny ptrace ./net
	status_is 14
	sandbox "${rules[@]}" --syscalls-deny 'socket(domain != AF_UNIX)' ./net
	status_is 38
	sandbox "${rules[@]}" --syscalls-deny 'socket(domain != AF_UNIX)' \
		--syscalls-allow socketcall --syscalls-default allow ./net
	status_is 14
}

@test "a 64-bit program gets nowhere by int 0x80 or by x32 numbers" {
	cat >x.c <<-'END'
		#include <stdio.h>
		#include <stdlib.h>
		#include <sys/syscall.h>
		#include <unistd.h>
		#include <errno.h>
		int main(int argc, char **argv)
		{
			long r = 20;

			if (argc > 1) {
				r = syscall(0x40000000 + atoi(argv[1]));
				printf("%d\n", r < 0 ? errno : 0);
				return 0;
			}
			__asm__ volatile("int $0x80" : "+a"(r) : : "memory");
			printf("%ld\n", r);
			return 0;
		}
	END
	cc -o x x.c
	anything ./x
	[ "$output" = "$!" ] || [ "$output" -gt 0 ]
	sandbox ./x
	status_is 159
	sandbox ./x 39
	says 38
	# A list of what is refused does not let them pass either.
	sandbox --profile none --bind / / --syscalls-deny ptrace ./x 39
	says 38
	sandbox --profile none --bind / / --syscalls-deny ptrace ./x
	status_is 159
}
