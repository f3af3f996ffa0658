#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2030,SC2031
# Rules about system calls, capabilities and user namespaces, as a user meets
# them. What each rule becomes is tested where it is compiled.
load helper

# The number of a call on this machine.
nr() {
	"$SANDBOX" --list syscalls | awk -F '\t' -v name="$1" '
		$1 == name { print $2; found = 1 } END { exit !found }'
}

# tries CALL ARG...: how it is answered inside, with the options in $options.
options=()
tries() {
	local name=$1

	shift
	works "${options[@]}" ./probe syscall "$(nr "$name")" "$@"
}

# explains LINE...: all that stands on stderr, each after "sandbox: ".
explains() {
	local line all=

	for line; do
		all+="sandbox: $line"$'\n'
	done
	[ "$stderr" = "${all%$'\n'}" ] || show "does not say '$all'"
}

# --- the default profile ------------------------------------------------------

@test "dangerous calls are not permitted, unknown ones do not exist" {
	local name

	for name in mount umount2 pivot_root setns unshare bpf ptrace keyctl \
		add_key perf_event_open io_uring_setup userfaultfd kexec_load \
		init_module open_by_handle_at reboot swapon; do
		tries "$name" 0 0 0 0 0
		says EPERM
	done
	for name in clone3 statmount; do
		tries "$name" 0 0
		says ENOSYS
	done
	works ./probe syscall 9999
	says ENOSYS
	# The control: what is allowed gets as far as the kernel.
	tries close 999
	says EBADF
}

@test "new namespaces are refused, new processes are not" {
	works ./probe unshare user mnt pid net ipc uts cgroup time user+mnt
	[ "$(grep -c ' EPERM$' <<<"$output")" = 9 ] || show 'not all refused'
	tries clone 0x10000011
	says EPERM
	tries clone 0x20000011
	says EPERM
	tries clone 0x11
	says ok
}

@test "sockets of few families can be made" {
	tries socket 1 1 0
	says ok
	tries socket 2 1 0
	says ok
	tries socket 10 1 0
	says ok
	tries socket 16 3 0
	says ok
	tries socket 16 3 12
	says EPERM
	tries socket 17 3 0
	says EPERM
	tries socket 40 1 0
	says EPERM
	# The kernel looks at the lower half only, and so do rules.
	tries socket 0x100000011 3 0
	says EPERM
	tries socket 0x100000001 1 0
	says ok
	tries socketpair 2 1 0 0
	says EPERM
}

@test "no byte is typed into a terminal, whatever the upper bits are" {
	local cmd ioctl

	ioctl=$(nr ioctl)
	for cmd in 0x5412 0xffffffff00005412 0x100005412 0x541c 0x541d 0x5423; do
		works ./probe syscall "$ioctl" 0 "$cmd" x </dev/null
		says EPERM
		# The control: without the filter the kernel answers.
		works --profile none --ro-bind / / --unshare-all "$PWD/probe" \
			syscall "$ioctl" 0 "$cmd" x </dev/null
		says ENOTTY
	done
	works ./probe syscall "$ioctl" 0 0x5413 x </dev/null
	says ENOTTY
}

@test "the upper bits that python's ctypes sends are seen as the kernel does" {
	sandbox python3 -c '
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
nr = int(sys.argv[1])
fd = os.open("/dev/null", os.O_RDWR)
for high in (0, 1 << 32, 0xffffffff << 32):
    for cmd in (0x5412, 0x5413):
        n = libc.syscall(ctypes.c_long(nr), ctypes.c_long(fd),
                         ctypes.c_ulong(high | cmd), ctypes.c_char_p(b"x"))
        print(n, ctypes.get_errno())' "$(nr ioctl)"
	status_is 0
	says $'-1 1\n-1 25\n-1 1\n-1 25\n-1 1\n-1 25'
}

@test "the profile gcc lets debuggers trace what runs inside" {
	works ./probe ptrace 1
	says EPERM
	# 1 is out of reach all the same; a child is not.
	works --profile gcc ./probe ptrace 1
	says EPERM
	works --profile gcc sh -c './probe sleep 9 & ./probe ptrace $!; kill $!'
	says ok
	works sh -c './probe sleep 9 & ./probe ptrace $!; kill $!'
	says EPERM
}

@test "the command and PID 1 have a filter each" {
	works ./probe status Seccomp NoNewPrivs
	says $'Seccomp 2\nNoNewPrivs 1'
	works ./probe status1 Seccomp NoNewPrivs
	says $'Seccomp 2\nNoNewPrivs 1'
	# PID 1 has one without a profile too, the command then has none.
	options=(--profile none --ro-bind / / --unshare-all --proc /proc)
	works "${options[@]}" "$PWD/probe" status1 Seccomp
	says 'Seccomp 2'
	works "${options[@]}" "$PWD/probe" status Seccomp
	says 'Seccomp 0'
	works --as-pid-1 ./probe status1 Seccomp
	says 'Seccomp 2'
}

# --- rules of one's own -------------------------------------------------------

@test "--syscalls-deny, -allow and -answer: of two rules the last counts" {
	options=(--syscalls-deny getcwd)
	tries getcwd x 0
	says EPERM
	options=(--syscalls-deny getcwd --syscalls-allow getcwd)
	tries getcwd x 0
	not grep -q EPERM <<<"$output"
	options=(--syscalls-deny getcwd --syscalls-answer ENOENT getcwd)
	tries getcwd x 0
	says ENOENT
	options=(--syscalls-allow @mounts --syscalls-deny umount2)
	tries umount2 /nowhere 0
	says EPERM
	# Not permitted by the kernel, but looked at: the path is missing.
	options=(--syscalls-allow @handles)
	tries name_to_handle_at -100 /nowhere 0 0 0
	matches '^(EFAULT|ENOENT)$'
}

@test "lists are separated by blanks or commas" {
	options=(--syscalls-deny 'getcwd,uname sysinfo , times')
	tries getcwd x 0
	says EPERM
	tries times 0
	says EPERM
	tries uname 0
	says EPERM
}

@test "conditions on arguments" {
	options=(--syscalls-answer EACCES 'socket(AF_UNIX, SOCK_STREAM|SOCK_DGRAM)')
	tries socket 1 1 0
	says EACCES
	tries socket 1 5 0
	says ok
	tries socket 2 1 0
	says ok
	options=(--syscalls-answer EACCES 'socket(*, *, protocol != 0)')
	tries socket 2 1 6
	says EACCES
	tries socket 2 1 0
	says ok
	options=(--syscalls-answer EACCES 'openat(flags & O_CREAT|O_TRUNC)')
	tries openat -100 ./probe 0x1000
	says ok
	tries openat -100 ./new 0x41
	says EACCES
	[ ! -e new ]
	options=(--syscalls-answer EACCES 'openat(flags !& O_CLOEXEC)')
	tries openat -100 ./probe 0
	says EACCES
	tries openat -100 ./probe 0x80000
	says ok
	options=(--syscalls-answer EACCES 'mknodat(mode & S_IFMT == S_IFIFO)')
	tries mknodat -100 ./fifo 0010600
	says EACCES
	tries mknodat -100 ./file 0100600
	says ok
	[ -f file ] && [ ! -e fifo ]
}

@test "rules stand in profiles, without quotes" {
	cat >mine.profile <<-'END'
		include default
		syscalls-deny getcwd uname # two of them
		syscalls-answer EACCES socket(AF_INET, *, protocol == 6)
	END
	options=(--profile ./mine.profile)
	tries uname 0
	says EPERM
	tries socket 2 1 6
	says EACCES
	# Printed and read again they are the same.
	works --profile ./mine.profile --print-filter
	cp "$T/out" before
	works --profile ./mine.profile --print-profile
	cp "$T/out" again.profile
	works --profile ./again.profile --print-filter
	cmp before "$T/out"
	matches ' getcwd( |$)' 'if domain == AF_INET and protocol == [^ ]+: EACCES$'
}

@test "--syscalls-default is the answer to all others" {
	options=(--syscalls-default EPERM)
	works --syscalls-default EPERM ./probe syscall 9999
	says EPERM
	works --syscalls-default allow ./probe syscall 9999
	says ENOSYS
	sandbox --syscalls-default kill ./probe syscall 9999
	status_is 159
	works --syscalls-default EPERM --syscalls-default ENOENT \
		./probe syscall 9999
	says ENOENT
}

@test "a whole filter by hand" {
	options=(--profile none --ro-bind / / --unshare-all
		--syscalls-default ENOSYS)
	does_run "${options[@]}" --rw "$PROJECT" --syscalls-allow @all
	works "${options[@]}" --syscalls-allow @all --syscalls-deny uname \
		"$PWD/probe" syscall "$(nr uname)" 0
	says EPERM
	fails 125 "--syscalls-allow needs an answer for the other calls" \
		'--syscalls-default ENOSYS' -- --profile none --ro-bind / / \
		--syscalls-allow '@files @io'
	fails 125 "refuses 'execve'" '--syscalls-allow execve' -- \
		"${options[@]}"
}

@test "a filter that refuses execve is an error" {
	fails 125 "refuses 'execve'" '--syscalls-allow execve' -- \
		--syscalls-deny execve
	fails 125 "refuses 'execve'" -- --syscalls-answer ENOSYS @all
	fails 125 "refuses 'execve'" -- --syscalls-deny @processes
	does_run --syscalls-deny execve --syscalls-allow execve
	does_run --syscalls-deny execveat
}

@test "a command that the filter kills" {
	sandbox --syscalls-answer kill getcwd ./probe cwd
	status_is 159
	says ''
	complains "'./probe' was ended by the filter for system calls" --explain
	sandbox --syscalls-answer kill getcwd --explain ./probe cwd
	status_is 159
	explains \
		'refused getcwd (probe, 1 time): allow it with --syscalls-allow getcwd' \
		"'./probe' was ended by the filter for system calls"
	# A signal that it sends itself is a signal.
	sandbox --profile none --ro-bind / / --unshare-all "$PWD/probe" die SYS
	status_is 159
	not grep -q 'filter for system calls' "$T/err"
}

# --- what is misspelt ---------------------------------------------------------

@test "unknown calls, groups, constants and answers" {
	fails 125 'argument 1' "no system call 'opne'" "did you mean 'open'?" -- \
		--syscalls-allow opne
	fails 125 'argument 3' "no system call 'xyzzyxyzzy'" \
		'--list syscalls' -- --ro /usr --syscalls-deny xyzzyxyzzy
	fails 125 "no group of system calls '@x'" '--list syscall-groups' -- \
		--syscalls-deny @x
	fails 125 "no group of system calls '@mount'" "did you mean '@mounts'?" \
		-- --syscalls-deny @mount
	fails 125 "constant 'TIOCSTY' is not known" 'as a number' -- \
		--syscalls-deny 'ioctl(cmd == TIOCSTY)'
	fails 125 "constant 'flgs' is not known" -- \
		--syscalls-deny 'clone(flgs & CLONE_NEWUSER)'
	fails 125 "'EPREM' is no answer" 'allow, kill, log, or an errno' -- \
		--syscalls-answer EPREM getcwd
	fails 125 "'eperm' is no answer" -- --syscalls-default eperm
	fails 125 "'arm' is not known" 'native, x86' -- --syscalls-arch arm
	fails 125 "'FOO'" '--list capabilities' -- --cap-add FOO
	fails 125 "'CAP_NET_ROW'" "did you mean 'CAP_NET_RAW'?" -- \
		--cap-add CAP_NET_ROW
}

@test "malformed lists" {
	fails 125 'the list is empty' -- --syscalls-deny ''
	fails 125 "at ',getcwd'" -- --syscalls-deny 'uname,,getcwd'
	fails 125 "',' or ')' is wanted" -- --syscalls-deny 'socket(AF_UNIX'
	fails 125 'a value is missing' -- --syscalls-deny 'socket()'
	fails 125 'a blank or comma is wanted' -- \
		--syscalls-deny 'socket(AF_UNIX)getcwd'
	fails 125 '0x100000000 does not fit into the 32 bits' "'cmd' of ioctl" \
		-- --syscalls-deny 'ioctl(cmd == 0x100000000)'
	fails 125 'does not fit into the 32 bits' -- \
		--syscalls-deny 'ioctl(cmd & 0x100000000)'
	fails 125 'these bits are none' -- --syscalls-deny 'ioctl(cmd & 0)'
	fails 125 "constant 'flag' is not known" 'flags:32 stack:64' -- \
		--syscalls-deny 'clone(flag & CLONE_NEWUSER)'
	fails 125 'conditions on read cannot be given' -- \
		--syscalls-deny 'read(fd == 1)'
	fails 125 'has no argument number 7' -- \
		--syscalls-deny 'clone(*, *, *, *, *, *, 1)'
}

@test "an error in a profile names the line" {
	printf 'include default\n\nsyscalls-deny getcwd\nsyscalls-allow opne\n' \
		>mine.profile
	fails 125 './mine.profile:4' "no system call 'opne'" "'open'" -- \
		--profile ./mine.profile
	printf 'include default\nsyscalls-deny socket(AF_UNXI)\n' >mine.profile
	fails 125 './mine.profile:2' "constant 'AF_UNXI'" -- \
		--profile ./mine.profile
	printf 'include default\ncap-add CAP_NET_ROW\n' >mine.profile
	fails 125 './mine.profile:2' "'CAP_NET_RAW'" -- --profile ./mine.profile
}

# --- --explain ----------------------------------------------------------------

@test "--explain says which calls were refused, and how often" {
	sandbox --explain ./probe unshare user net pid
	status_is 0
	says $'user EPERM\nnet EPERM\npid EPERM'
	explains 'refused unshare (probe, 3 times): allow it with --syscalls-allow unshare'
	# The hint is true.
	works --explain --syscalls-allow unshare ./probe unshare user
	says 'user ok'
}

@test "--explain tells programs and arguments apart" {
	cp probe other
	sandbox --explain sh -c '
		./probe syscall '"$(nr socket)"' 17 3 0
		./other syscall '"$(nr socket)"' 17 3 0
		./probe syscall '"$(nr socket)"' 40 1 0
		./probe unshare user'
	status_is 0
	says $'EPERM\nEPERM\nEPERM\nuser EPERM'
	[ "$(wc -l <"$T/err")" = 4 ] || show 'not four lines'
	[ "$(grep -c '(other, 1 time)' "$T/err")" = 1 ]
	[ "$(grep -c 'refused socket(domain == AF_PACKET' "$T/err")" = 2 ]
	[ "$(grep -c 'refused socket(domain == AF_VSOCK' "$T/err")" = 1 ]
}

@test "--explain gives the condition as a rule takes it" {
	local ioctl hint

	ioctl=$(nr ioctl)
	sandbox --explain sh -c "./probe syscall $ioctl 0 0x5412 x
		./probe syscall $ioctl 0 0xffffffff00005412 x" </dev/null
	says $'EPERM\nEPERM'
	explains "refused ioctl(cmd == TIOCSTI) (probe, 2 times): allow it with --syscalls-allow 'ioctl(cmd == TIOCSTI)'"
	works --explain --syscalls-allow 'ioctl(cmd == TIOCSTI)' \
		./probe syscall "$ioctl" 0 0x5412 x </dev/null
	says ENOTTY
	sandbox --explain ./probe syscall "$(nr clone)" 0x30000011
	says EPERM
	complains 'refused clone(flags & CLONE_NEWUSER'
	hint=$(sed -n "s/.*--syscalls-allow '\(.*\)'\$/\1/p" "$T/err")
	works --explain --syscalls-allow "$hint" \
		./probe syscall "$(nr clone)" 0x30000011
	says ok
}

@test "--explain names the profile that allows it" {
	sandbox --explain ./probe ptrace 1
	explains 'refused ptrace (probe, 1 time): allow it with --syscalls-allow ptrace, or --profile gcc'
	# Not where none does, nor under rules of one's own.
	sandbox --explain ./probe unshare user
	not grep -q -e --profile "$T/err"
	sandbox --explain --syscalls-deny getcwd ./probe ptrace 1
	not grep -q -e --profile "$T/err"
}

@test "--explain does not report what programs only ask for" {
	works --explain ./probe syscall "$(nr clone3)" 0 0
	says ENOSYS
	works --explain ./probe syscall 9999
	says ENOSYS
	sandbox --explain --syscalls-default EPERM ./probe syscall 9999
	says EPERM
	complains 'refused system call number 9999 (probe, 1 time)' \
		'--syscalls-default allow'
}

@test "without --explain nothing is printed" {
	works ./probe unshare user net pid
	works ./probe ptrace 1
	says EPERM
}

@test "--explain changes nothing else" {
	works --explain ./probe exit 0
	sandbox --explain ./probe exit 3
	status_is 3
	quiet
	works --explain ./probe fds </dev/null
	says $'0 null\n1 file\n2 file'
	works --explain ./probe status1 Seccomp CapEff
	says $'Seccomp 2\nCapEff 0000000000000000'
	sandbox --explain --syscalls-answer ENOENT getcwd ./probe cwd
	says ENOENT
	sandbox --explain no-such-command
	status_is 127
	complains 'no-such-command'
}

@test "--explain ends with a sandbox that is killed" {
	"$SANDBOX" --explain sh -c 'echo >ready; while :; do ./probe unshare user; done' \
		>/dev/null 2>&1 3>&- &
	ends_with_test $!
	within 20 test -e ready
	disown $!
	kill -KILL $!
	within 20 host_does_not_see 'while :; do ./probe unshare user'
}

@test "--explain needs PID 1, and a filter" {
	fails 125 '--explain needs --unshare-pid without --as-pid-1' -- \
		--explain --as-pid-1
	fails 125 '--explain needs --unshare-pid' -- --explain --share-pid
	fails 125 '--explain needs a filter' -- --profile none --ro-bind / / \
		--unshare-all --explain
}

@test "only one sandbox of those in each other can explain" {
	! is_root || return 0
	sandbox --explain --allow-userns --ro "$SANDBOX" "$SANDBOX" --explain \
		./probe exit 0
	status_is 125
	complains 'Device or resource busy' 'leave out --explain'
	works --explain --allow-userns --ro "$SANDBOX" "$SANDBOX" ./probe exit 0
}

# --- 32-bit programs ----------------------------------------------------------

# An executable of 96 bytes that does exit(7) by int 0x80.
make_small() {
	printf '\x7fELF\1\1\1\0\0\0\0\0\0\0\0\0\2\0\3\0\1\0\0\0\x54\x80\4\x08' >small
	printf '\x34\0\0\0\0\0\0\0\0\0\0\0\x34\0\x20\0\1\0\0\0\0\0\0\0' >>small
	printf '\1\0\0\0\0\0\0\0\0\x80\4\x08\0\x80\4\x08\x60\0\0\0\x60\0\0\0' >>small
	printf '\5\0\0\0\0\x10\0\0\xb8\1\0\0\0\xbb\7\0\0\0\xcd\x80' >>small
	chmod +x small
	anything ./small
	[ "$status" = 7 ] || skip 'this machine runs no 32-bit programs'
}

@test "32-bit programs are ended, and run with --syscalls-arch x86" {
	make_small
	sandbox ./small
	status_is 159
	complains "'./small' was ended by the filter for system calls"
	sandbox --syscalls-arch x86 ./small
	status_is 7
	quiet
	sandbox --syscalls-arch x86 --syscalls-arch native ./small
	status_is 159
	sandbox --syscalls-arch x86 --syscalls-answer kill exit ./small
	status_is 159
	sandbox --syscalls-arch x86 --explain ./small
	status_is 7
	fails 125 '--syscalls-arch needs a filter' -- --profile none \
		--ro-bind / / --syscalls-arch x86
}

# --- BPF programs -------------------------------------------------------------

# allow_all: BPF_RET with SECCOMP_RET_ALLOW.
allow_all() {
	printf '\6\0\0\0\0\0\xff\x7f'
}

# refuse_number NR: BPF_LD of the number, BPF_JEQ, BPF_RET with ERRNO|1.
refuse_number() {
	local low high

	low=$(printf '%o' $(($1 % 256)))
	high=$(printf '%o' $(($1 / 256)))
	printf '\x20\0\0\0\0\0\0\0'
	# shellcheck disable=SC2059 # bytes of the number
	printf "\\x15\\0\\0\\1\\$low\\$high\\0\\0"
	printf '\6\0\0\0\1\0\5\0'
	allow_all
}

# refuse CALL: one made by sandbox.
refuse() {
	"$SANDBOX" --profile none --syscalls-deny "$1" --print-filter \
		--format bpf
}

@test "--print-filter shows what each call is answered" {
	works --print-filter
	matches '^other architecture: kill$' '^allow accept' '^EPERM .*' \
		'^all others: ENOSYS$' 'if cmd == TIOCSTI'
	works --profile none --syscalls-deny getcwd --print-filter
	has 'EPERM getcwd' 'all others: allow'
	sandbox --profile none --print-filter
	status_is 125
	complains 'load no filter'
	fails 125 '--format bpf needs --print-filter' -- --format bpf
	sandbox --print-filter --format xml
	status_is 125
	complains "'xml'" 'text, json, patch, bpf'
}

@test "--seccomp takes the program that --print-filter prints" {
	"$SANDBOX" --print-filter --format bpf >default.bpf
	[ $(($(stat -c %s default.bpf) % 8)) = 0 ]
	options=(--profile none --ro-bind / / --unshare-all)
	works "${options[@]}" "$PWD/probe" unshare user
	says 'user ok'
	exec 7<default.bpf
	works "${options[@]}" --seccomp 7 "$PWD/probe" unshare user
	says 'user EPERM'
	refuse uname >uname.bpf
	exec 7<uname.bpf
	works --seccomp 7 ./probe syscall "$(nr uname)" 0
	says EPERM
	tries uname 0
	says EFAULT
	# One that was not made by sandbox.
	exec 7< <(refuse_number "$(nr uname)")
	works --seccomp 7 ./probe syscall "$(nr uname)" 0
	says EPERM
}

@test "the stricter answer of all filters counts" {
	refuse getcwd >getcwd.bpf
	exec 7< <(allow_all)
	works --seccomp 7 ./probe unshare user
	says 'user EPERM'
	exec 7<getcwd.bpf
	works --seccomp 7 --syscalls-allow getcwd ./probe cwd
	says EPERM
}

@test "the last --seccomp counts, all of --add-seccomp-fd do" {
	local number

	number=$(nr uname)
	refuse uname >uname.bpf
	refuse getcwd >getcwd.bpf
	exec 7<uname.bpf 8<getcwd.bpf
	works --seccomp 7 --seccomp 8 \
		sh -c "./probe syscall $number 0; ./probe cwd"
	says $'EFAULT\nEPERM'
	exec 7<uname.bpf 8<getcwd.bpf
	works --add-seccomp-fd 7 --add-seccomp-fd 8 \
		sh -c "./probe syscall $number 0; ./probe cwd"
	says $'EPERM\nEPERM'
	exec 7<uname.bpf 8<getcwd.bpf
	fails 125 '--seccomp cannot be combined with --add-seccomp-fd' -- \
		--seccomp 7 --add-seccomp-fd 8
	fails 125 '--seccomp cannot be combined with --add-seccomp-fd' -- \
		--add-seccomp-fd 7 --seccomp 8
}

@test "the descriptor of a filter is not passed on" {
	exec 7< <(allow_all) 9</dev/null
	works --seccomp 7 ./probe fds </dev/null
	says $'0 null\n1 file\n2 file'
	exec 7< <(allow_all)
	works --add-seccomp-fd 7 --keep-fd 9 ./probe fds </dev/null
	says $'0 null\n1 file\n2 file\n9 null'
}

@test "what is no BPF program is an error" {
	exec 7< <(printf 1234567)
	fails 125 'descriptor 7 is no BPF program' '7 bytes' -- --seccomp 7
	exec 7</dev/null
	fails 125 'descriptor 7 is no BPF program' '0 bytes' -- --seccomp 7
	exec 7< <(head -c 32776 /dev/zero)
	fails 125 'descriptor 7 is no BPF program' -- --add-seccomp-fd 7
	exec 7< <(printf 12345678)
	fails 125 'load the filter for system calls' 'Invalid argument' -- \
		--seccomp 7
	exec 7<&-
	fails 125 'descriptor 7' 'Bad file descriptor' -- --seccomp 7
	exec 7</
	fails 125 'descriptor 7' 'Is a directory' -- --seccomp 7
	fails 125 "'x' is not a descriptor" -- --seccomp x
	exec 7< <(allow_all)
	does_run --seccomp 7
}

@test "a BPF program that refuses execve keeps the command from running" {
	exec 7< <(refuse_number "$(nr execve)")
	rm -f ran
	sandbox --seccomp 7 ./probe write ran x
	status_is 126
	complains './probe' 'Operation not permitted'
	[ ! -e ran ]
	exec 7< <(allow_all)
	fails 125 "refuses 'seccomp'" '--syscalls-allow seccomp' -- \
		--seccomp 7 --syscalls-deny seccomp
}

# --- capabilities -------------------------------------------------------------

# five_sets MASK: all of the command's capability sets are this one.
five_sets() {
	has "CapInh $1" "CapPrm $1" "CapEff $1" "CapBnd $1" "CapAmb $1" \
		'NoNewPrivs 1'
}

none=0000000000000000

@test "no capabilities, and securebits locked, without --cap-add" {
	works ./probe caps
	five_sets $none
	has 'Securebits 0xef'
	works --map-root ./probe caps
	five_sets $none
	has 'Securebits 0xef'
}

@test "--cap-add and --cap-drop, in their order" {
	local ids

	for ids in '' --map-root '--uid 1234' '--uid 0'; do
		# shellcheck disable=SC2086 # words
		works $ids --cap-add CAP_NET_RAW ./probe caps
		five_sets 0000000000002000
		# No uid 0 gives any, none can be raised again.
		has 'Securebits 0xe3'
		# shellcheck disable=SC2086
		works $ids --cap-add net_raw --cap-add CAP_CHOWN \
			--cap-drop NET_RAW ./probe status CapInh CapPrm CapEff \
			CapBnd CapAmb NoNewPrivs
		five_sets 0000000000000001
	done
	works --cap-add CAP_NET_RAW --cap-drop ALL ./probe caps
	five_sets $none
	works --cap-drop ALL --cap-add CAP_NET_RAW ./probe caps
	five_sets 0000000000002000
	works --cap-drop CAP_NET_RAW ./probe caps
	five_sets $none
	works --as-pid-1 --cap-add CAP_NET_RAW ./probe caps
	five_sets 0000000000002000
}

@test "--cap-add ALL, and all but one" {
	works --cap-add ALL ./probe caps
	five_sets 000001ffffffffff
	works --cap-add ALL --cap-drop CAP_SYS_ADMIN ./probe caps
	five_sets 000001ffffdfffff
	works --cap-add ALL --map-root ./probe caps
	five_sets 000001ffffffffff
}

@test "a program keeps them through its execve, a fork too" {
	works --cap-add CAP_NET_RAW sh -c 'sh -c "./probe caps"'
	five_sets 0000000000002000
	cp "$(command -v cat)" ./cat
	chmod 4755 ./cat
	works --cap-add CAP_NET_RAW ./cat /proc/self/status
	matches $'^CapEff:\t0000000000002000'
}

@test "PID 1 has no capability, whatever the command keeps" {
	local expected="CapInh=$none CapPrm=$none CapEff=$none CapBnd=$none"

	expected+=" CapAmb=$none NoNewPrivs=1 Seccomp=2"
	works ./probe first
	says "$expected"
	works --cap-add ALL ./probe first
	says "$expected"
	works --cap-add ALL --explain ./probe first
	says "$expected"
	# Nor is it in reach with all of them: its memory belongs to the host.
	works --cap-add ALL --profile gcc ./probe ptrace 1
	says EPERM
	works --cap-add ALL ./probe open /proc/1/mem r
	says EACCES
	works --cap-add ALL ./probe readlink /proc/1/root
	says EACCES
}

@test "a capability does not open what the filter refuses" {
	works --cap-add CAP_SYS_ADMIN ./probe mount
	says EPERM
	works --cap-add CAP_SYS_ADMIN --syscalls-allow @mounts ./probe mount
	says ok
	works --syscalls-allow @mounts ./probe mount
	says EPERM
}

@test "a capability counts inside only" {
	works --cap-add ALL --syscalls-allow @clock ./probe syscall \
		"$(nr settimeofday)" 0 0
	says EPERM
	works --cap-add ALL ./probe open /etc/new c
	says EROFS
	works --cap-add ALL ./probe stat "$T/outside"
	says ENOENT
	if [ -e /etc/shadow ]; then
		works --cap-add CAP_DAC_OVERRIDE ./probe open /etc/shadow r
		says EACCES
	fi
}

# --- user namespaces ----------------------------------------------------------

@test "--allow-userns lets the command make namespaces" {
	works ./probe unshare user
	says 'user EPERM'
	works --allow-userns ./probe unshare user
	says 'user ok'
	works --allow-userns ./probe unshare net
	says 'net EPERM'
}

@test "--disable-userns holds without any filter" {
	works --allow-userns --disable-userns ./probe unshare user
	says 'user ENOSPC'
	options=(--profile none --ro-bind / / --unshare-user)
	works "${options[@]}" "$PWD/probe" unshare user
	says 'user ok'
	works "${options[@]}" --disable-userns "$PWD/probe" unshare user
	says 'user ENOSPC'
	tries clone 0x10000011
	says ok
	options+=(--disable-userns)
	tries clone 0x10000011
	says ENOSPC
	# And cannot be taken back.
	works --allow-userns --disable-userns ./probe open \
		/proc/sys/user/max_user_namespaces w
	matches '^(EACCES|EROFS)$'
	works --map-root --allow-userns --disable-userns ./probe open \
		/proc/sys/user/max_user_namespaces w
	matches '^(EACCES|EROFS)$'
}

@test "--disable-userns needs a user namespace" {
	fails 125 '--disable-userns needs --unshare-user' -- --profile none \
		--ro-bind / / --disable-userns
}

@test "--disable-userns holds against CAP_SYS_RESOURCE" {
	options=(--profile none --bind / / --proc /proc --unshare-all
		--unshare-user --disable-userns --cap-add ALL)
	# It may be written, as it is another namespace's than the one that
	# forbids; or not, as root's is a read-only mount.
	works "${options[@]}" "$PWD/probe" each write \
		/proc/sys/user/max_user_namespaces 9 + unshare user
	has 'user ENOSPC'
	works "${options[@]}" "$PWD/probe" caps
	matches '^CapEff 0*1ff'
	does_run --disable-userns --assert-userns-disabled --cap-add ALL
}

@test "--assert-userns-disabled tries it" {
	does_run --disable-userns --assert-userns-disabled
	# What the command's filter says does not count: PID 1 tries.
	fails 125 'user namespaces can be made' --disable-userns -- \
		--assert-userns-disabled
	does_run --allow-userns --disable-userns --assert-userns-disabled
}

@test "a sandbox in a sandbox, as a user" {
	! is_root || return 0
	sandbox --allow-userns --ro "$SANDBOX" "$SANDBOX" ./probe exit 3
	status_is 3
	quiet
	works --allow-userns --ro "$SANDBOX" "$SANDBOX" ./probe unshare user
	says 'user EPERM'
	sandbox --ro "$SANDBOX" "$SANDBOX" ./probe exit 3
	status_is 125
	complains 'make namespaces' '--allow-userns'
	sandbox --allow-userns --disable-userns --ro "$SANDBOX" "$SANDBOX" \
		./probe exit 3
	status_is 125
	complains 'make namespaces'
}

# --- privileges of the file ---------------------------------------------------

# as_user SCRIPT: runs it as another user, where copies of the binary are:
# plain, setuid, setgid and setcap. The tmpfs they are on goes with the test.
as_user() {
	anything unshare -m bash -euc '
		mount -t tmpfs -o mode=755 tmpfs /srv
		cd /srv
		for name in plain setuid setgid setcap; do
			cp "$SANDBOX" $name
		done
		cp "$PROBE" probe
		mkdir w
		chmod 777 w
		chmod 4755 setuid
		chgrp 1 setgid
		chmod 2755 setgid
		python3 -c "
import os, struct
os.setxattr(\"setcap\", \"security.capability\",
            struct.pack(\"<5I\", 0x02000001, 1 << 13, 0, 0, 0))"
		cd w
		set +e
		export HOME=/srv/home
		script=$0
		setpriv --reuid 64123 --regid 64123 --clear-groups bash -c "$script"
		' "$1"
}

@test "a setuid, setgid or setcap copy refuses to run" {
	local kind what

	is_root || skip 'only root can make such copies'
	# It reads no options there, and looks for leaks, which it cannot.
	! is_asan || skip 'AddressSanitizer cannot run with privileges'
	as_user '../plain --ro-bind ../probe /probe /probe write ran x; cat ran'
	status_is 0
	says $'ok\nx'
	for kind in setuid setgid setcap; do
		what=$kind
		[ "$kind" != setcap ] || what='with file capabilities'
		as_user "../$kind --ro-bind ../probe /probe /probe write ran x
			s=\$?; [ ! -e ran ] || echo it ran; exit \$s"
		status_is 125
		says ''
		complains "installed $what" 'refuses to run' 'chmod ug-s'
		# Nor does it answer anything else.
		as_user "../$kind --version"
		status_is 125
	done
}

@test "root runs it whatever the bits of its file are" {
	is_root || return 0
	cp "$SANDBOX" copy
	chmod u+s copy
	anything ./copy ./probe exit 3
	status_is 3
	quiet
}

@test "--explain keeps PID 1 out of reach, or does not run" {
	is_root || return 0
	fails 125 '--explain with CAP_SYS_PTRACE' --unshare-user -- \
		--profile none --bind / / --unshare-pid --explain \
		--syscalls-default allow --cap-add CAP_SYS_PTRACE
}

@test "after bits one value is compared" {
	fails 125 "after '&' and bits only one value" -- --syscalls-deny \
		'mprotect(prot & PROT_WRITE|PROT_EXEC == PROT_WRITE|PROT_EXEC)'
}

@test "a keyring that cannot be made names the limit" {
	local strace=(strace -f -o /dev/null -e inject=keyctl:error=EDQUOT)

	is_asan && skip 'strace and LeakSanitizer do not go together'
	anything "${strace[@]}" "$SANDBOX" --syscalls-allow keyctl \
		./probe write ran x
	status_is 125
	complains 'stage keyring' kernel.keys.maxkeys
	[ ! -e ran ]
	# Where no filter allows keys, none is made.
	anything "${strace[@]}" "$SANDBOX" ./probe write ran x
	status_is 0
	[ -e ran ]
}
