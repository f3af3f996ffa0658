# convert documents, pictures and films that nobody trusts
#
# On top of default: the working directory can be read, and only out in it, if
# it is there, be written. There is no socket but local ones, and limits are
# tight. The programs find fonts and what ghostscript has of them.
# sandbox --profile convert convert in.png out/in.jpg
include default

workdir ro
rw-try ${PWD}/out
ro-try /var/cache/fontconfig
ro-try /var/lib/ghostscript

syscalls-deny socket(domain != AF_UNIX)
new-session

time-limit 5m
memory 2G
pids 128
output-limit 64M
file-size 2G
tmp-size 1G
