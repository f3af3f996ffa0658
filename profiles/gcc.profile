# compile, run and debug C and C++
#
# On top of default and sandbox-compilers.inc: debuggers may trace what runs inside. The
# cache of ccache is not shown: who can write to it decides about what is built
# outside, by its ccache.conf too, nor are its settings, as the address of a remote
# storage may have a password. Add --rw ~/.cache/ccache where that is wanted.
include default
include sandbox-compilers.inc

syscalls-allow ptrace process_vm_readv process_vm_writev kcmp

ro-try ~/.gdbinit
